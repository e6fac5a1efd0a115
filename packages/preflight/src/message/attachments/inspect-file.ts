import { createGunzip } from 'node:zlib'
import { Readable } from 'node:stream'
import { kindOfFile } from './file-kind.ts'
import { checkFileName, looksHarmless } from './file-names.ts'
import { inspectZip } from './inspect-zip.ts'
import type { FileSighting } from './sighting.ts'

/** What a file is and holds, by its content; its name only adds to that. */
export async function inspectFile(name: string, bytes: Uint8Array): Promise<FileSighting[]> {
  const sightings = [...checkFileName(name), ...(await inspectContent(bytes))]
  const isRunning = sightings.some(
    ({ code }) => code === 'attachment-executable' || code === 'attachment-script',
  )
  if (isRunning && looksHarmless(name) && !sightings.some(({ code }) => code === 'attachment-disguised'))
    sightings.push({ code: 'attachment-disguised', evidence: 'it is not what its ending says' })
  return sightings
}

async function inspectContent(bytes: Uint8Array): Promise<FileSighting[]> {
  const { kind, detail } = await kindOfFile(bytes)
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  switch (kind) {
    case 'program':
      return [{ code: 'attachment-executable', evidence: detail }]
    case 'script':
      return [{ code: 'attachment-script', evidence: detail }]
    case 'zip':
      return inspectZip(bytes)
    case 'gzip':
      return inspectGzip(buffer)
    case 'archive':
      return [
        { code: 'attachment-archive', evidence: `${detail}; what is inside cannot be looked at` },
        ...(detail === 'rar' && isEncryptedRar(buffer)
          ? [{ code: 'attachment-encrypted', evidence: 'rar' } as const]
          : []),
      ]
    case 'compound':
      return inspectCompound(buffer)
    case 'pdf':
      return inspectPdf(buffer)
    case 'rtf':
      return buffer.includes('\\objdata')
        ? [{ code: 'attachment-active', evidence: 'RTF with an embedded object' }]
        : []
    case 'markup':
      return /<script[\s>]|\son(?:load|click|error|mouseover)\s*=/i.test(
        buffer.toString('latin1', 0, 512 * 1024),
      )
        ? [{ code: 'attachment-active', evidence: `${detail} with a script` }]
        : []
    case 'other':
      return []
  }
}

async function inspectGzip(buffer: Buffer): Promise<FileSighting[]> {
  const head = await gunzipHead(buffer)
  const archive: FileSighting = { code: 'attachment-archive', evidence: 'gzip' }
  if (head === null) return [{ code: 'attachment-broken', evidence: 'gzip' }]
  const { kind, detail } = await kindOfFile(head)
  if (kind === 'program') return [archive, { code: 'attachment-executable', evidence: `${detail} in gzip` }]
  if (kind === 'script') return [archive, { code: 'attachment-script', evidence: `${detail} in gzip` }]
  const isNested = kind === 'zip' || kind === 'gzip' || (kind === 'archive' && detail !== 'tar')
  return isNested
    ? [archive, { code: 'attachment-nested-archive', evidence: `${detail} in gzip` }]
    : [archive]
}

/** The first 8 KiB, however much there is: a bomb is not unpacked. */
async function gunzipHead(buffer: Buffer): Promise<Buffer | null> {
  const stream = Readable.from([buffer]).pipe(createGunzip())
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of stream) {
      chunks.push(chunk as Buffer)
      length += (chunk as Buffer).length
      if (length >= 8192) break
    }
  } catch {
    return length > 0 ? Buffer.concat(chunks) : null
  }
  return Buffer.concat(chunks)
}

/** Old office documents. The names of their streams stand there in UTF-16. */
function inspectCompound(buffer: Buffer): FileSighting[] {
  const has = (name: string): boolean => buffer.includes(Buffer.from(name, 'utf16le'))
  if (has('EncryptedPackage'))
    return [{ code: 'attachment-encrypted', evidence: 'an office document with a password' }]
  if (has('_VBA_PROJECT') || has('Macros'))
    return [{ code: 'attachment-macro', evidence: 'an old office document' }]
  return []
}

function inspectPdf(buffer: Buffer): FileSighting[] {
  const action = ['/JavaScript', '/Launch', '/RichMedia'].find((name) => buffer.includes(name))
  return action === undefined ? [] : [{ code: 'attachment-active', evidence: `a PDF with ${action}` }]
}

function isEncryptedRar(buffer: Buffer): boolean {
  const isVersion5 = buffer[6] === 1
  // Version 5: the header after the signature is of type 4. Before: a flag of the main header.
  return isVersion5 ? buffer[13] === 4 : ((buffer[10] ?? 0) & 0x80) !== 0
}
