import { createReadStream, statSync } from 'node:fs'
import { Readable, type Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { CliError } from '../cli-error.ts'

/** A file that is read from its beginning to its end, once. */
export interface OpenedFile {
  /** Unpacked, if it is gzip. */
  chunks: AsyncIterable<Uint8Array>
  /** Bytes on the disk; `null` if that is not known. */
  size: number | null
  /** Bytes of these that were read so far. */
  done: () => number
  /** Known once something was read. */
  isPacked: () => boolean
}

const gzipMagic = Buffer.from([0x1f, 0x8b])
const zstdMagic = Buffer.from([0x28, 0xb5, 0x2f, 0xfd])

/**
 * Opens a file, or standard input for `-`. What is packed by gzip or zstd is unpacked as it is read.
 *
 * @throws CliError `EFILE`; reading throws it too
 */
export function openFile(path: string): OpenedFile {
  const size = path === '-' ? null : sizeOf(path)
  const source: NodeJS.ReadableStream =
    path === '-' ? process.stdin : createReadStream(path, { highWaterMark: 1 << 18 })
  let read = 0
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of source as AsyncIterable<Buffer>) {
        read += chunk.length
        yield chunk
      }
    } catch (error) {
      throw new CliError('EFILE', `${path} cannot be read: ${(error as Error).message}`, { cause: error })
    }
  }
  let isPacked = false
  const chunks = unpacked(counted(), path, () => (isPacked = true))
  return { chunks, size, done: () => read, isPacked: () => isPacked }
}

async function* unpacked(
  chunks: AsyncGenerator<Uint8Array>,
  path: string,
  tellPacked: () => void,
): AsyncGenerator<Uint8Array> {
  const first = await chunks.next()
  if (first.done === true) return
  const all = async function* (): AsyncGenerator<Uint8Array> {
    yield first.value
    yield* chunks
  }
  const unpack = unpackerFor(first.value)
  if (unpack === null) {
    yield* all()
    return
  }
  tellPacked()
  // What goes wrong with the source ends the reading below.
  const flow = pipeline(Readable.from(all()), unpack).catch((error: Error) => void unpack.destroy(error))
  try {
    yield* unpack as AsyncIterable<Uint8Array>
    await flow
  } catch (error) {
    if (error instanceof CliError) throw error
    throw new CliError('EFILE', `${path} is damaged: ${(error as Error).message}`, { cause: error })
  }
}

function unpackerFor(start: Uint8Array): Transform | null {
  if (gzipMagic.equals(start.subarray(0, 2))) return createGunzip()
  return zstdMagic.equals(start.subarray(0, 4)) ? createZstdDecompress() : null
}

function sizeOf(path: string): number | null {
  try {
    const found = statSync(path)
    if (found.isDirectory()) throw new CliError('EFILE', `${path} is a directory: name a file`)
    return found.isFile() ? found.size : null
  } catch (error) {
    if (error instanceof CliError) throw error
    throw new CliError('EFILE', `${path} cannot be read: ${(error as Error).message}`, { cause: error })
  }
}
