import { Readable } from 'node:stream'

/**
 * The bytes of a message, generated once and read as often as needed. The first reader starts it, so that transports
 * that never ask for the bytes cost nothing.
 */
export class FrozenContent {
  readonly #source: () => Readable
  #chunks: Promise<Buffer[]> | undefined

  constructor(source: () => Readable) {
    this.#source = source
  }

  /** A stream of the bytes. */
  open(): Readable {
    let chunks: Buffer[] | undefined
    let next = 0
    const stream = new Readable({
      read: () => {
        if (chunks) return pushMore(chunks)
        this.#read().then(
          (all) => {
            chunks = all
            pushMore(all)
          },
          (error: unknown) => stream.destroy(error instanceof Error ? error : new Error(String(error))),
        )
      },
    })
    const pushMore = (all: readonly Buffer[]) => {
      while (next < all.length) if (!stream.push(all[next++])) return
      stream.push(null)
    }
    return stream
  }

  #read(): Promise<Buffer[]> {
    return (this.#chunks ??= collect(this.#source))
  }
}

async function collect(source: () => Readable): Promise<Buffer[]> {
  const chunks: Buffer[] = []
  for await (const chunk of source()) chunks.push(Buffer.from(chunk as Buffer | string))
  return chunks
}
