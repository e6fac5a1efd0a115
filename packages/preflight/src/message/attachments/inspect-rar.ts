import { notInspected } from './archive-sightings.ts'
import { inspectEntries } from './inspect-entries.ts'
import type { Place } from './place.ts'
import { readRar } from './read-rar.ts'
import type { FileSighting } from './sighting.ts'

/** What the headers of a rar archive tell, and the files that are stored in it as they are. */
export async function inspectRar(bytes: Buffer, place: Place): Promise<FileSighting[]> {
  const { isEncrypted, entries, isWhole } = readRar(bytes)
  const sightings = await inspectEntries('rar', entries, place)
  if (isEncrypted) sightings.push({ code: 'attachment-encrypted', evidence: 'a rar with a password' })
  else if (!isWhole) sightings.push(notInspected('rar'))
  return sightings
}
