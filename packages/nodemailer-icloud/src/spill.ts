import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Bytes in a file that only this process can read: it has mode 0600, lies in a directory of its own, and loses its name as soon as it
 * is open, so that nothing is left of it however the process ends. Where a system keeps names of open files, {@link close}
 * takes it away.
 */
export class Spill {
  readonly #file: FileHandle
  readonly #directory: string
  #bytes = 0

  private constructor(file: FileHandle, directory: string) {
    this.#file = file
    this.#directory = directory
  }

  static async create(): Promise<Spill> {
    // The directory of mkdtemp has mode 0700.
    const directory = await mkdtemp(join(tmpdir(), 'nodemailer-icloud-'))
    try {
      const file = await open(join(directory, 'message'), 'wx+', 0o600)
      await remove(directory).catch(() => {})
      return new Spill(file, directory)
    } catch (error) {
      await remove(directory).catch(() => {})
      throw error
    }
  }

  async write(chunk: Buffer): Promise<void> {
    let done = 0
    while (done < chunk.length) {
      const { bytesWritten } = await this.#file.write(chunk, done, chunk.length - done, this.#bytes)
      done += bytesWritten
      this.#bytes += bytesWritten
    }
  }

  /** Bytes from a position on, at most so many; none at the end. */
  async read(position: number, length: number): Promise<Buffer> {
    const { buffer, bytesRead } = await this.#file.read(Buffer.allocUnsafe(length), 0, length, position)
    return buffer.subarray(0, bytesRead)
  }

  async close(): Promise<void> {
    await this.#file.close()
    await remove(this.#directory)
  }
}

function remove(directory: string): Promise<void> {
  return rm(directory, { recursive: true, force: true })
}
