import { headBytes, type ByteSource } from './byte-source.ts'

const newline = 0x0a
const bufferBytes = 1 << 20
/** So many of the last bytes are known. */
export const tailBytes = 1024

/** A piece of a log that ends where a line ends. */
export interface LinePiece {
  /** Valid until the next piece is asked for. */
  bytes: Buffer
  /** Offset of its end in the log, unpacked. */
  end: number
}

/** Cuts what a source gives into pieces of whole lines, in one buffer that is used again and again. */
export class WholeLines {
  readonly #source: ByteSource
  readonly #buffer = Buffer.allocUnsafe(bufferBytes)
  /** Bytes of the last piece that are done, and all there are in the buffer. */
  #done = 0
  #filled = 0
  #end: number
  #skipping = false
  /** The last bytes before those in the buffer. */
  #before: Buffer
  /** The first bytes of the log that were read. */
  #head: Buffer

  /**
   * @param from offset at which the source begins
   * @param before the last bytes before it
   * @param head the first {@link headBytes} bytes of the log, or all before `from` if there are fewer
   */
  constructor(
    source: ByteSource,
    from: number,
    before: Buffer = Buffer.alloc(0),
    head: Buffer = Buffer.alloc(0),
  ) {
    this.#source = source
    this.#end = from
    this.#before = before
    this.#head = head
  }

  /** Offset behind the last whole line that was given. */
  get end(): number {
    return this.#end
  }

  /** The last bytes before {@link end}: {@link tailBytes} of them, or all if there are fewer. */
  get tail(): Buffer {
    return this.#tailWith(this.#done)
  }

  /**
   * The first bytes before {@link end}: {@link headBytes} of them, or all if there are fewer. As they were read: the file may be
   * another one by now.
   */
  get head(): Buffer {
    return this.#head.subarray(0, this.#end)
  }

  /**
   * The next piece; `null` if there is none for now. What has no end yet is kept for the next time.
   *
   * @param takeRest give what has no end too: the log ends here
   */
  async next(takeRest: boolean): Promise<LinePiece | null> {
    const buffer = this.#buffer
    if (this.#done > 0) {
      this.#before = this.#tailWith(this.#done)
      buffer.copyWithin(0, this.#done, this.#filled)
      this.#filled -= this.#done
      this.#done = 0
    }
    let fresh = -1
    while (fresh !== 0) {
      fresh = await this.#source.read(buffer, this.#filled, buffer.length - this.#filled)
      this.#remember(buffer.subarray(this.#filled, this.#filled + fresh))
      this.#filled += fresh
      if (this.#skipping && !this.#skip()) continue
      // Packed sources give little at a time.
      if (fresh > 0 && this.#filled < buffer.length >> 1) continue
      const last = this.#filled === 0 ? -1 : buffer.lastIndexOf(newline, this.#filled - 1)
      if (last >= 0) return this.#give(last + 1)
      if (this.#filled === buffer.length) {
        this.#skipping = true
        this.#before = this.#tailWith(this.#filled)
        this.#end += this.#filled
        this.#filled = 0
      }
    }
    return takeRest && this.#filled > 0 && !this.#skipping ? this.#give(this.#filled) : null
  }

  /** The last bytes, so many of the buffer included. */
  #tailWith(count: number): Buffer {
    const fresh = this.#buffer.subarray(Math.max(0, count - tailBytes), count)
    return Buffer.concat([this.#before, fresh]).subarray(-tailBytes)
  }

  #remember(fresh: Buffer): void {
    const room = headBytes - this.#head.length
    if (room > 0 && fresh.length > 0) this.#head = Buffer.concat([this.#head, fresh.subarray(0, room)])
  }

  #give(count: number): LinePiece {
    this.#done = count
    this.#end += count
    return { bytes: this.#buffer.subarray(0, count), end: this.#end }
  }

  /** Throws away the rest of a line that is too long; false if it goes on. */
  #skip(): boolean {
    const at = this.#buffer.subarray(0, this.#filled).indexOf(newline)
    const gone = at < 0 ? this.#filled : at + 1
    this.#before = this.#tailWith(gone)
    this.#buffer.copyWithin(0, gone, this.#filled)
    this.#filled -= gone
    this.#end += gone
    if (at >= 0) this.#skipping = false
    return at >= 0
  }
}
