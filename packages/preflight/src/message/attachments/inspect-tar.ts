import { asArchive, notInspected } from './archive-sightings.ts'
import { inspectEntries } from './inspect-entries.ts'
import type { Place } from './place.ts'
import { readTar } from './read-tar.ts'
import type { FileSighting } from './sighting.ts'

/** A tar archive is no archive in an archive only because gzip is around it. */
export async function inspectTar(
  bytes: Buffer,
  place: Place,
  format = 'tar',
  isCut = false,
): Promise<FileSighting[]> {
  const tar = readTar(bytes)
  if (tar === null) return [asArchive(format, [], place), { code: 'attachment-broken', evidence: format }]
  const sightings = await inspectEntries(format, tar.entries, place)
  if (!tar.isWhole)
    sightings.push(
      isCut
        ? notInspected(`${format} behind the first ${bytes.length} bytes`)
        : { code: 'attachment-broken', evidence: format },
    )
  return sightings
}
