import type { ArchiveEntry } from './archive-entry.ts'
import { asArchive, named, nested, notInspected } from './archive-sightings.ts'
import { isArchive, kindOfFile, type FileKind } from './file-kind.ts'
import type { Place } from './place.ts'
import type { FileSighting } from './sighting.ts'

const mebibyte = 1024 * 1024
/** Files that are opened, and bytes of each. */
const mostOpened = 200
const headBytes = 8192
/** Of an archive in an archive. */
const mostInner = 20 * mebibyte

/** Files in an archive: by their names, and by what they begin with. */
export async function inspectEntries(
  format: string,
  entries: readonly ArchiveEntry[],
  place: Place,
): Promise<FileSighting[]> {
  const sightings = [
    asArchive(
      format,
      entries.map(({ name }) => name),
      place,
    ),
  ]
  if (entries.some(({ isEncrypted }) => isEncrypted))
    sightings.push({ code: 'attachment-encrypted', evidence: `a ${format} with a password` })
  for (const entry of entries.slice(0, mostOpened)) sightings.push(...(await inspectEntry(entry, place)))
  for (const { name } of entries.slice(mostOpened)) sightings.push(...named(name))
  if (entries.length > mostOpened)
    sightings.push(notInspected(`${mostOpened} of ${entries.length} files were opened`))
  return sightings
}

async function inspectEntry(entry: ArchiveEntry, place: Place): Promise<FileSighting[]> {
  const sightings = named(entry.name)
  if (entry.isEncrypted) return sightings
  const see = ({ code, evidence }: FileSighting): void => {
    sightings.push({ code, evidence: `${entry.name}: ${evidence}` })
  }
  try {
    const head = await entry.read(headBytes)
    if (head === null || place.budget.isSpent) {
      see(notInspected(head === null ? 'packed in a way that is not unpacked here' : 'too much to unpack'))
      return sightings
    }
    const { kind, detail } = await kindOfFile(head)
    if (kind === 'program') see({ code: 'attachment-executable', evidence: detail })
    else if (kind === 'script') see({ code: 'attachment-script', evidence: detail })
    else if (isArchive(kind)) for (const one of await inspectInner(kind, detail, entry, place)) see(one)
  } catch (error) {
    see({ code: 'attachment-broken', evidence: (error as Error).message })
  }
  return sightings
}

/** Once: what lies deeper is a nested archive, and that says enough. */
async function inspectInner(
  kind: FileKind,
  detail: string,
  entry: ArchiveEntry,
  { depth, budget, open }: Place,
): Promise<FileSighting[]> {
  if (depth > 0) return [nested(detail), notInspected(`${detail}, too deep`)]
  const most = budget.most(mostInner)
  const inner = await entry.read(most)
  budget.spend(inner?.length ?? 0)
  if (inner === null || (inner.length >= most && entry.size > inner.length))
    return [nested(detail), notInspected(`${detail} of ${entry.size} bytes`)]
  return open(kind, detail, inner, { depth: 1, budget, open })
}
