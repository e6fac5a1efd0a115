import { asArchive, named, notInspected } from './archive-sightings.ts'
import type { Place } from './place.ts'
import { readSevenZip } from './read-seven-zip.ts'
import type { FileSighting } from './sighting.ts'

/** What the headers of a 7z archive tell. */
export function inspectSevenZip(bytes: Buffer, place: Place): FileSighting[] {
  const archive = readSevenZip(bytes)
  const sightings = [asArchive('7z', archive?.names ?? [], place), ...(archive?.names ?? []).flatMap(named)]
  sightings.push(
    archive?.isEncrypted === true
      ? { code: 'attachment-encrypted', evidence: 'a 7z with a password' }
      : notInspected('7z'),
  )
  return sightings
}
