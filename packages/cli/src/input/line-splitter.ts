/** One line of the input, without its line end. `text` is `null` if the line is too long. */
export interface InputLine {
  /** Counted from 1. */
  number: number
  text: string | null
}

const lineFeed = 0x0a
const carriageReturn = 0x0d

/** Cuts a stream of bytes into lines, and keeps no more than one line of bounded length. */
export class LineSplitter {
  readonly #most: number
  #held: Buffer = Buffer.alloc(0)
  #heldLength = 0
  #isTooLong = false
  #number = 1

  /** @param most - the longest line, in bytes; of what is longer only its number is told */
  constructor(most: number) {
    this.#most = most
  }

  /** The lines that a chunk completes. */
  *push(chunk: Uint8Array): Generator<InputLine> {
    let start = 0
    for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, start)) {
      yield* this.#hold(chunk.subarray(start, end))
      yield* this.#finish()
      start = end + 1
    }
    yield* this.#hold(chunk.subarray(start))
  }

  /** The last line, if it has no line end. */
  *end(): Generator<InputLine> {
    if (this.#heldLength > 0) yield* this.#finish()
  }

  *#hold(bytes: Uint8Array): Generator<InputLine> {
    if (this.#isTooLong) return
    const length = this.#heldLength + bytes.length
    // One more, for the carriage return that may end the line.
    if (length > this.#most + 1) {
      this.#isTooLong = true
      yield { number: this.#number, text: null }
      return
    }
    if (length > this.#held.length) {
      const larger = Buffer.allocUnsafe(Math.max(length, 2 * this.#held.length))
      this.#held.copy(larger, 0, 0, this.#heldLength)
      this.#held = larger
    }
    this.#held.set(bytes, this.#heldLength)
    this.#heldLength = length
  }

  *#finish(): Generator<InputLine> {
    if (!this.#isTooLong) {
      const hasReturn = this.#held[this.#heldLength - 1] === carriageReturn && this.#heldLength > 0
      const length = this.#heldLength - (hasReturn ? 1 : 0)
      const isTooLong = length > this.#most
      yield { number: this.#number, text: isTooLong ? null : this.#held.toString('utf8', 0, length) }
    }
    this.#number++
    this.#heldLength = 0
    this.#isTooLong = false
  }
}
