import { Readable } from 'node:stream'
import { Spill } from './spill.ts'

/** What is longer is kept in a file. */
const mostInMemory = 10 * 1024 * 1024

const chunkBytes = 64 * 1024

/**
 * The bytes of a message, generated once and read as often as needed. The first reader starts it, so that transports
 * that never ask for the bytes cost nothing. Above 10 MiB they wait in a file, until {@link dispose}.
 */
export class FrozenContent {
  readonly #source: () => Readable
  readonly #mostInMemory: number
  #kept: Promise<Buffer[] | Spill> | undefined

  constructor(source: () => Readable, memoryBytes: number = mostInMemory) {
    this.#source = source
    this.#mostInMemory = memoryBytes
  }

  /** A stream of the bytes. */
  open(): Readable {
    let next = 0
    const stream = new Readable({
      read: () => {
        ;(this.#kept ??= this.#collect()).then(more).catch((error: unknown) => {
          stream.destroy(error instanceof Error ? error : new Error(String(error)))
        })
      },
    })
    const more = async (kept: Buffer[] | Spill): Promise<void> => {
      if (Array.isArray(kept)) {
        while (next < kept.length) if (!stream.push(kept[next++])) return
        stream.push(null)
        return
      }
      const chunk = await kept.read(next, chunkBytes)
      next += chunk.length
      stream.push(chunk.length === 0 ? null : chunk)
    }
    return stream
  }

  /** Nobody reads any more. */
  async dispose(): Promise<void> {
    const kept = await this.#kept?.catch(() => null)
    if (kept instanceof Spill) await kept.close()
  }

  async #collect(): Promise<Buffer[] | Spill> {
    const chunks: Buffer[] = []
    let bytes = 0
    let spill: Spill | null = null
    try {
      for await (const piece of this.#source()) {
        const chunk = Buffer.from(piece as Buffer | string)
        bytes += chunk.length
        if (spill !== null) await spill.write(chunk)
        else chunks.push(chunk)
        if (spill !== null || bytes <= this.#mostInMemory) continue
        spill = await Spill.create()
        for (const early of chunks.splice(0)) await spill.write(early)
      }
      return spill ?? chunks
    } catch (error) {
      await spill?.close()
      throw error
    }
  }
}
