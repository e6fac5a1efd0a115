import type { Stats } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { FeedbackError } from '../errors.ts'

/** Where the bytes of a log come from, unpacked. */
export interface ByteSource {
  /** Bytes read of what is stored, packed or not. */
  readonly taken: number
  /** Bytes stored; `null` if not known. */
  readonly size: number | null
  /** Fills a part of the buffer; 0 at the end, or where there is nothing more for now. */
  read(buffer: Buffer, offset: number, length: number): Promise<number>
  /** Tells the open file from all others on its disk; `null` for a stream. */
  readonly inode: number | null
  /** When it was last written, ms since the epoch, as of when it was opened; `null` for a stream. */
  readonly writtenAt: number | null
  /**
   * Bytes that were read before or skipped; fewer if the file has not that many any more. What is packed or a stream remembers
   * its first {@link headBytes} only.
   */
  peek(start: number, length: number): Promise<Buffer>
  close(): Promise<void>
}

/** So many bytes of the beginning can be asked for again. */
export const headBytes = 1024

/** A plain file, from an offset on. */
export class PlainSource implements ByteSource {
  readonly #file: FileHandle
  #position: number
  readonly size: number
  readonly inode: number
  readonly writtenAt: number

  constructor(file: FileHandle, position: number, { size, ino, mtimeMs }: Stats) {
    this.#file = file
    this.#position = position
    this.size = size
    this.inode = ino
    this.writtenAt = Math.floor(mtimeMs)
  }

  get taken(): number {
    return this.#position
  }

  async read(buffer: Buffer, offset: number, length: number): Promise<number> {
    const { bytesRead } = await this.#file.read(buffer, offset, length, this.#position)
    this.#position += bytesRead
    return bytesRead
  }

  async peek(start: number, length: number): Promise<Buffer> {
    const { buffer, bytesRead } = await this.#file.read(Buffer.alloc(length), 0, length, start)
    return buffer.subarray(0, bytesRead)
  }

  async close(): Promise<void> {
    await this.#file.close()
  }
}

/** A stream, packed or not. */
export class StreamSource implements ByteSource {
  readonly size: number | null
  readonly inode: number | null
  readonly writtenAt: number | null
  taken = 0
  readonly #input: Readable
  readonly #pieces: AsyncIterator<Buffer>
  #piece: Buffer = Buffer.alloc(0)
  #head: Buffer = Buffer.alloc(0)

  /** @param unpack what unpacks it, if it is packed */
  constructor(input: Readable, stats: Stats | null, unpack: NodeJS.ReadWriteStream | null) {
    this.#input = input
    this.size = stats && stats.size
    this.inode = stats && stats.ino
    this.writtenAt = stats && Math.floor(stats.mtimeMs)
    input.on('data', (data: Buffer) => (this.taken += data.length))
    input.pause()
    let output: AsyncIterable<Buffer> = input as AsyncIterable<Buffer>
    if (unpack !== null) {
      // Its fault comes out of the iterator too.
      pipeline(input, unpack).catch(() => {})
      output = unpack as unknown as AsyncIterable<Buffer>
    }
    this.#pieces = output[Symbol.asyncIterator]()
  }

  async read(buffer: Buffer, offset: number, length: number): Promise<number> {
    while (this.#piece.length === 0) {
      const { done, value } = await this.#pieces.next()
      if (done) return 0
      this.#piece = typeof value === 'string' ? Buffer.from(value) : value
    }
    const count = Math.min(length, this.#piece.length)
    this.#piece.copy(buffer, offset, 0, count)
    if (this.#head.length < headBytes) {
      this.#head = Buffer.concat([
        this.#head,
        this.#piece.subarray(0, Math.min(count, headBytes - this.#head.length)),
      ])
    }
    this.#piece = this.#piece.subarray(count)
    return count
  }

  async peek(start: number, length: number): Promise<Buffer> {
    return this.#head.subarray(start, start + length)
  }

  async close(): Promise<void> {
    this.#input.destroy()
    await this.#pieces.return?.()
  }
}

/** How a file is packed, by its first bytes. */
export type Packing = 'gzip' | 'zstd' | null

/** Looks at the first bytes of a file. */
export function packingOf(head: Buffer): Packing {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip'
  return head.length >= 4 && head.readUInt32LE(0) === 0xfd2fb528 ? 'zstd' : null
}

/** What unpacks it. Members that stand behind each other are read as one, in both forms. */
export function unpacker(packing: Packing): NodeJS.ReadWriteStream | null {
  if (packing === 'gzip') return createGunzip({ chunkSize: 1 << 18 })
  return packing === 'zstd' ? createZstdDecompress({ chunkSize: 1 << 18 }) : null
}

/**
 * Opens a log: a file, packed or not, or a stream of plain text.
 *
 * @param from where to begin, in bytes of what is unpacked; what is packed is unpacked up to there
 * @throws FeedbackError `EINPUT` if it cannot be opened
 */
export async function openSource(input: string | Readable, from: number): Promise<ByteSource> {
  if (typeof input !== 'string') return new StreamSource(input, null, null)
  let file: FileHandle
  try {
    file = await open(input, 'r')
  } catch (error) {
    throw unreadable(input, error)
  }
  try {
    const stats = await file.stat()
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0)
    const packing = packingOf(buffer.subarray(0, bytesRead))
    if (packing === null) return new PlainSource(file, from, stats)
    const source = new StreamSource(
      file.createReadStream({ highWaterMark: 1 << 18, start: 0 }),
      stats,
      unpacker(packing),
    )
    await skip(source, from)
    return source
  } catch (error) {
    await file.close().catch(() => {})
    throw unreadable(input, error)
  }
}

async function skip(source: ByteSource, bytes: number): Promise<void> {
  const buffer = Buffer.allocUnsafe(1 << 16)
  let left = bytes
  while (left > 0) {
    const count = await source.read(buffer, 0, Math.min(left, buffer.length))
    if (count === 0) return
    left -= count
  }
}

/** An error that names the log, if it is one of the file system or of zlib; else the error itself. */
export function unreadable(name: string, cause: unknown): unknown {
  if (typeof (cause as NodeJS.ErrnoException | null)?.errno !== 'number') return cause
  const { code = '', message } = cause as NodeJS.ErrnoException
  const why =
    { ENOENT: 'there is no such file', EACCES: 'this user may not read it', EISDIR: 'it is a directory' }[
      code
    ] ?? message
  return new FeedbackError('EINPUT', `the log ${JSON.stringify(name.slice(0, 300))} cannot be read: ${why}`, {
    cause,
  })
}
