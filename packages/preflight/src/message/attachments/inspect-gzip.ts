import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { asArchive, notInspected } from './archive-sightings.ts'
import { isArchive, kindOfFile } from './file-kind.ts'
import { inspectTar } from './inspect-tar.ts'
import type { Place } from './place.ts'
import type { FileSighting } from './sighting.ts'

/** What is unpacked to be looked at, bytes; and from which factor on that much is a bomb. */
const mostUnpacked = 20 * 1024 * 1024
const bombFactor = 200

/** What is in a gzip, tar archives included. */
export async function inspectGzip(bytes: Buffer, place: Place): Promise<FileSighting[]> {
  const { depth, budget, open } = place
  const most = budget.most(mostUnpacked)
  const { content, isCut, isBroken } = await unpack(bytes, most)
  budget.spend(content.length)
  if (isCut && content.length > bombFactor * bytes.length)
    return [
      { code: 'attachment-bomb', evidence: `${bytes.length} bytes unpack to more than ${content.length}` },
    ]
  const cut = isCut ? [notInspected(`gzip behind the first ${content.length} bytes`)] : []
  if (isBroken) cut.push({ code: 'attachment-broken', evidence: 'gzip' })
  if (content.length === 0) return [...(isBroken ? [] : [asArchive('gzip', [], place)]), ...cut]
  const { kind, detail } = await kindOfFile(content)
  if (kind === 'archive' && detail === 'tar')
    return [...(await inspectTar(content, place, 'tar.gz', isCut || isBroken)), ...(isBroken ? cut : [])]
  const sightings = [asArchive('gzip', [], place), ...cut]
  if (kind === 'program') sightings.push({ code: 'attachment-executable', evidence: `${detail} in gzip` })
  else if (kind === 'script') sightings.push({ code: 'attachment-script', evidence: `${detail} in gzip` })
  else if (isArchive(kind))
    sightings.push(
      ...(depth === 0
        ? await open(kind, detail, content, { depth: 1, budget, open })
        : [notInspected(`${detail}, too deep`)]),
    )
  return sightings
}

/** Not more than `most` bytes of it, however much there is. */
async function unpack(
  bytes: Buffer,
  most: number,
): Promise<{ content: Buffer; isCut: boolean; isBroken: boolean }> {
  const stream = Readable.from([bytes]).pipe(createGunzip())
  const chunks: Buffer[] = []
  let length = 0
  let isBroken = false
  try {
    for await (const chunk of stream) {
      chunks.push(chunk as Buffer)
      length += (chunk as Buffer).length
      if (length > most) break
    }
  } catch {
    isBroken = true
  }
  return { content: Buffer.concat(chunks).subarray(0, most), isCut: length > most, isBroken }
}
