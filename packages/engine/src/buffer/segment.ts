import { open, rm, type FileHandle } from 'node:fs/promises'
import type { BufferDirectory } from './buffer-directory.ts'

/** A file of outcomes that is being written. */
export class Segment {
  readonly name: string
  /** Bytes that are safe on the disk. */
  bytes = 0
  private readonly directory: BufferDirectory
  private readonly handle: FileHandle

  private constructor(name: string, directory: BufferDirectory, handle: FileHandle) {
    this.name = name
    this.directory = directory
    this.handle = handle
  }

  /** Makes the file: one that is there already, or a symbolic link, is refused. */
  static async create(name: string, directory: BufferDirectory): Promise<Segment> {
    const handle = await open(directory.file(name), 'wx', 0o600)
    const segment = new Segment(name, directory, handle)
    try {
      await directory.sync()
      return segment
    } catch (error) {
      await segment.end()
      throw error
    }
  }

  /**
   * Writes and waits for the disk. If it throws, nothing of it counts, and the file must be ended: after a failed `fsync`
   * nobody knows what is on the disk.
   */
  async append(lines: Buffer): Promise<void> {
    let written = 0
    while (written < lines.length) {
      const { bytesWritten } = await this.handle.write(
        lines,
        written,
        lines.length - written,
        this.bytes + written,
      )
      written += bytesWritten
    }
    await this.handle.datasync()
    this.bytes += lines.length
  }

  /** Cuts off what was not acknowledged and closes the file. An empty one is removed. */
  async end(): Promise<void> {
    try {
      await this.handle.truncate(this.bytes)
    } catch {
      // What is left over was reported as not durable. Should it be read one day, one outcome more is known.
    }
    await this.handle.close().catch(() => {})
    if (this.bytes === 0) await rm(this.directory.file(this.name), { force: true }).catch(() => {})
  }
}
