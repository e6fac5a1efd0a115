import { asArchive, notInspected } from './archive-sightings.ts'
import type { Budget } from './budget.ts'
import type { FileKind } from './file-kind.ts'
import { inspectGzip } from './inspect-gzip.ts'
import { inspectRar } from './inspect-rar.ts'
import { inspectSevenZip } from './inspect-seven-zip.ts'
import { inspectTar } from './inspect-tar.ts'
import { inspectZip } from './inspect-zip.ts'
import type { Place } from './place.ts'
import type { FileSighting } from './sighting.ts'

/** What an archive holds that is attached. */
export function inspectArchive(
  kind: FileKind,
  detail: string,
  bytes: Buffer,
  budget: Budget,
): Promise<FileSighting[]> {
  return open(kind, detail, bytes, { depth: 0, budget, open })
}

async function open(kind: FileKind, detail: string, bytes: Buffer, place: Place): Promise<FileSighting[]> {
  if (kind === 'zip') return inspectZip(bytes, place)
  if (kind === 'gzip') return inspectGzip(bytes, place)
  if (detail === 'tar') return inspectTar(bytes, place)
  if (detail === 'rar') return inspectRar(bytes, place)
  if (detail === '7z') return inspectSevenZip(bytes, place)
  return [asArchive(detail, [], place), notInspected(detail)]
}
