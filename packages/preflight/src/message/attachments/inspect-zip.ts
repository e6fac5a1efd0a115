import type { ArchiveEntry } from './archive-entry.ts'
import { inspectEntries } from './inspect-entries.ts'
import type { Place } from './place.ts'
import { readZip } from './read-zip.ts'
import type { FileSighting } from './sighting.ts'

const mebibyte = 1024 * 1024
/** What all files in an archive may be together before it counts as a bomb. */
const mostUnpacked = 500 * mebibyte

/** What is in a zip archive, office documents included. */
export async function inspectZip(bytes: Uint8Array, place: Place): Promise<FileSighting[]> {
  let entries: ArchiveEntry[]
  try {
    entries = await readZip(bytes)
  } catch (error) {
    return [{ code: 'attachment-broken', evidence: `zip: ${(error as Error).message}` }]
  }
  const kind = kindOfZip(entries.map(({ name }) => name))
  if (kind === 'program') return [{ code: 'attachment-executable', evidence: 'a Java or Android program' }]
  const unpacked = entries.reduce((sum, { size }) => sum + size, 0)
  if (unpacked > mostUnpacked || (unpacked > 20 * mebibyte && unpacked > 200 * bytes.length))
    return [{ code: 'attachment-bomb', evidence: `${bytes.length} bytes unpack to ${unpacked}` }]
  return kind === 'document' ? macrosIn(entries) : inspectEntries('zip', entries, place)
}

function kindOfZip(names: readonly string[]): 'program' | 'document' | 'archive' {
  const has = (pattern: RegExp): boolean => names.some((name) => pattern.test(name))
  if (has(/^AndroidManifest\.xml$/) || (has(/^META-INF\/MANIFEST\.MF$/i) && has(/\.class$/))) return 'program'
  // Office, OpenDocument and EPUB, iWork, Wallet passes.
  const isDocument =
    has(/^\[Content_Types\]\.xml$/) ||
    has(/^mimetype$/) ||
    has(/^Index\/.*\.iwa$|^Index\.zip$/) ||
    has(/^pass\.json$/)
  return isDocument ? 'document' : 'archive'
}

function macrosIn(entries: readonly ArchiveEntry[]): FileSighting[] {
  const macro = entries.find(({ name }) =>
    /(?:^|\/)vbaProject\.bin$|^xl\/macrosheets\/|^Basic\/.|^Scripts\/./i.test(name),
  )
  return macro === undefined ? [] : [{ code: 'attachment-macro', evidence: macro.name }]
}
