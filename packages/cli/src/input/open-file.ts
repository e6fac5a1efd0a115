import { createReadStream, statSync } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { CliError } from '../cli-error.ts'

/** A file that is read from its beginning to its end, once. */
export interface OpenedFile {
  /** Unpacked, if it is gzip. */
  chunks: AsyncIterable<Uint8Array>
  /** Bytes on the disk; `null` if that is not known. */
  size: number | null
  /** Bytes of these that were read so far. */
  done: () => number
}

const gzipMagic = Buffer.from([0x1f, 0x8b])

/**
 * Opens a file, or standard input for `-`. What is packed by gzip is unpacked as it is read.
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
  return { chunks: unpacked(counted(), path), size, done: () => read }
}

async function* unpacked(chunks: AsyncGenerator<Uint8Array>, path: string): AsyncGenerator<Uint8Array> {
  const first = await chunks.next()
  if (first.done === true) return
  const all = async function* (): AsyncGenerator<Uint8Array> {
    yield first.value
    yield* chunks
  }
  if (!gzipMagic.equals(first.value.subarray(0, 2))) {
    yield* all()
    return
  }
  const gunzip = createGunzip()
  // What goes wrong with the source ends the reading below.
  const flow = pipeline(Readable.from(all()), gunzip).catch((error: Error) => void gunzip.destroy(error))
  try {
    yield* gunzip as AsyncIterable<Uint8Array>
    await flow
  } catch (error) {
    if (error instanceof CliError) throw error
    throw new CliError('EFILE', `${path} is damaged: ${(error as Error).message}`, { cause: error })
  }
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
