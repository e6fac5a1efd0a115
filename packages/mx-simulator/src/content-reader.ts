const CR = 13
const LF = 10
const DOT = 46
const longLine = 64 * 1024

/**
 * Takes the content of a message off the wire: finds its end and removes the dots that the sender doubled. Only
 * `CRLF.CRLF` ends it; a server that also took `LF.LF` could be made to see two messages where its neighbour sees one.
 */
export class ContentReader {
  readonly #maxBytes: number
  readonly #parts: Buffer[] = []
  #rest: Buffer = Buffer.alloc(0)
  #size = 0
  #lineStart = true

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** More than the maximum came. It is read to its end but not kept. */
  get tooBig(): boolean {
    return this.#size > this.#maxBytes
  }

  get content(): Buffer {
    return Buffer.concat(this.#parts)
  }

  /** Returns what came after the end, or `null` while the end has not come. */
  push(chunk: Buffer): Buffer | null {
    const data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    let start = 0
    for (let lf = data.indexOf(LF); lf !== -1; lf = data.indexOf(LF, start)) {
      const line = data.subarray(start, lf + 1)
      start = lf + 1
      const crlf = line.length > 1 && line[line.length - 2] === CR
      if (this.#lineStart && crlf && line.length === 3 && line[0] === DOT) return data.subarray(start)
      this.#keep(line)
      this.#lineStart = crlf
    }
    this.#rest = data.subarray(start)
    if (this.#rest.length > longLine) this.#keepStartOfLine()
    return null
  }

  /** All but a last CR, which may be half of a line's end. */
  #keepStartOfLine(): void {
    this.#keep(this.#rest.subarray(0, -1))
    this.#rest = this.#rest.subarray(-1)
    this.#lineStart = false
  }

  #keep(line: Buffer): void {
    const part = this.#lineStart && line[0] === DOT ? line.subarray(1) : line
    this.#size += part.length
    if (this.tooBig) this.#parts.length = 0
    else this.#parts.push(part)
  }
}
