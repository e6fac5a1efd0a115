import { listed } from '../../findings/shown.ts'
import { kindOfFile } from './file-kind.ts'
import { checkFileName } from './file-names.ts'
import { readZip, type ZipEntry } from './read-zip.ts'
import type { FileSighting } from './sighting.ts'

const mebibyte = 1024 * 1024
/** What all files in an archive may be together before it counts as a bomb. */
const mostUnpacked = 500 * mebibyte
/** Files that are opened, and bytes of each. */
const mostOpened = 200
const headBytes = 8192
const mostOffice = 20 * mebibyte

/** What is in a zip archive, office documents included. */
export async function inspectZip(bytes: Uint8Array, isInside = false): Promise<FileSighting[]> {
  let entries: ZipEntry[]
  try {
    entries = await readZip(bytes)
  } catch (error) {
    return [{ code: 'attachment-broken', evidence: `zip: ${(error as Error).message}` }]
  }
  const kind = kindOfZip(entries.map(({ name }) => name))
  if (kind === 'program') return [{ code: 'attachment-executable', evidence: 'a Java or Android program' }]
  const unpacked = entries.reduce((sum, { size }) => sum + size, 0)
  const sightings: FileSighting[] = []
  if (unpacked > mostUnpacked || (unpacked > 20 * mebibyte && unpacked > 200 * bytes.length))
    return [{ code: 'attachment-bomb', evidence: `${bytes.length} bytes unpack to ${unpacked}` }]
  if (kind === 'document') return macrosIn(entries)
  if (isInside) sightings.push({ code: 'attachment-nested-archive', evidence: 'a zip within an archive' })
  else
    sightings.push({
      code: 'attachment-archive',
      evidence: `zip with ${listed(entries.map(({ name }) => name))}`,
    })
  if (entries.some(({ isEncrypted }) => isEncrypted))
    sightings.push({ code: 'attachment-encrypted', evidence: 'a zip with a password' })
  for (const entry of entries.slice(0, mostOpened)) sightings.push(...(await inspectEntry(entry, isInside)))
  return sightings
}

async function inspectEntry(entry: ZipEntry, isInside: boolean): Promise<FileSighting[]> {
  const named = checkFileName(entry.name).map(within(entry))
  if (entry.isEncrypted) return named
  let head: Buffer
  try {
    head = await entry.read(headBytes)
  } catch (error) {
    return [...named, { code: 'attachment-broken', evidence: `${entry.name}: ${(error as Error).message}` }]
  }
  const { kind, detail } = await kindOfFile(head)
  if (kind === 'program')
    return [...named, within(entry)({ code: 'attachment-executable', evidence: detail })]
  if (kind === 'script') return [...named, within(entry)({ code: 'attachment-script', evidence: detail })]
  if (kind === 'archive' || kind === 'gzip')
    return [...named, within(entry)({ code: 'attachment-nested-archive', evidence: detail })]
  // Once: what lies deeper is a nested archive, and that says enough.
  if (kind === 'zip' && !isInside)
    return [...named, ...(await inspectZip(await entry.read(mostOffice), true)).map(within(entry))]
  return named
}

function within({ name }: ZipEntry): (sighting: FileSighting) => FileSighting {
  return ({ code, evidence }) => ({ code, evidence: `${name}: ${evidence}` })
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

function macrosIn(entries: readonly ZipEntry[]): FileSighting[] {
  const macro = entries.find(({ name }) =>
    /(?:^|\/)vbaProject\.bin$|^xl\/macrosheets\/|^Basic\/.|^Scripts\/./i.test(name),
  )
  return macro === undefined ? [] : [{ code: 'attachment-macro', evidence: macro.name }]
}
