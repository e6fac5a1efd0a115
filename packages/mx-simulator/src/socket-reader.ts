import type { Socket } from 'node:net'
import { ContentReader } from './content-reader.ts'

/** Postfix's line_length_limit. */
const maxLine = 2048
/** Above this the sender has to wait until its commands are answered. */
const highWater = 256 * 1024

/** Stands for a command line that was too long to keep. */
export const tooLong: unique symbol = Symbol('too long')

/** Reads a socket by commands and message contents, in the order in which they come, however they are cut up. */
export class SocketReader {
  #socket: Socket
  #chunks: Buffer[] = []
  #waiting = 0
  #ended = false
  #wake: (() => void) | null = null
  readonly #onData = (chunk: Buffer): void => {
    this.#chunks.push(chunk)
    this.#waiting += chunk.length
    if (this.#waiting > highWater) this.#socket.pause()
    this.#wake?.()
  }

  constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', this.#onData)
  }

  /** Nothing more will come: pending reads give `null`. */
  end(): void {
    this.#ended = true
    this.#wake?.()
  }

  /** Forgets what was read ahead and stops listening, so that the socket can be wrapped. */
  release(): void {
    this.#socket.off('data', this.#onData)
    this.#chunks = []
    this.#waiting = 0
  }

  /** Goes on with the socket that wraps the first one. */
  attach(socket: Socket): void {
    this.#socket = socket
    socket.on('data', this.#onData)
  }

  /** One command line without its end, `tooLong`, or `null` at the end of the connection. */
  async readLine(): Promise<string | typeof tooLong | null> {
    let line: Buffer = Buffer.alloc(0)
    let cut = false
    for (;;) {
      const chunk = await this.#take()
      if (chunk === null) return null
      const lf = chunk.indexOf(10)
      line = Buffer.concat([line, lf === -1 ? chunk : chunk.subarray(0, lf)])
      if (line.length > maxLine) {
        cut = true
        line = Buffer.alloc(0)
      }
      if (lf === -1) continue
      this.#putBack(chunk.subarray(lf + 1))
      return cut ? tooLong : line.toString('utf8').replace(/\r$/, '')
    }
  }

  /** The content of a message up to its end, or `null` if the connection ended before. */
  async readContent(maxBytes: number): Promise<ContentReader | null> {
    const content = new ContentReader(maxBytes)
    for (;;) {
      const chunk = await this.#take()
      if (chunk === null) return null
      const after = content.push(chunk)
      if (after === null) continue
      this.#putBack(after)
      return content
    }
  }

  #putBack(rest: Buffer): void {
    if (rest.length === 0) return
    this.#chunks.unshift(rest)
    this.#waiting += rest.length
  }

  async #take(): Promise<Buffer | null> {
    while (this.#chunks.length === 0) {
      if (this.#ended) return null
      this.#socket.resume()
      await new Promise<void>((resolve) => (this.#wake = resolve))
      this.#wake = null
    }
    const chunk = this.#chunks.shift() ?? null
    this.#waiting -= chunk?.length ?? 0
    return chunk
  }
}
