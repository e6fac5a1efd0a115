const ringBytes = 4 << 20
const slots = 1 << 16
const longestKey = 40
const longestLine = 2048

/**
 * The latest lines that tell the sender or the Message-ID of a message, by its queue id: the word that stands before what such
 * lines are found by. Nearly all of them are of mail to others and nobody will ask, so they are kept as the bytes they are, in one
 * ring, and no string is made of them.
 */
export class EarlierLines {
  readonly #ring = Buffer.allocUnsafeSlow(ringBytes)
  /** All bytes ever written. */
  #written = 0
  /** One table for each kind of line: where in #written a line begins, how long it is, and the hash of its key. */
  readonly #places: readonly Float64Array[]
  readonly #lengths: readonly Uint16Array[]
  readonly #hashes: readonly Uint32Array[]
  readonly #words: readonly string[]

  constructor(words: readonly string[]) {
    this.#words = words
    this.#places = words.map(() => new Float64Array(slots).fill(-1))
    this.#lengths = words.map(() => new Uint16Array(slots))
    this.#hashes = words.map(() => new Uint32Array(slots))
  }

  /**
   * Remembers a line.
   *
   * @param word which word it was found by
   * @param hit where the word stands in the bytes
   */
  put(word: number, bytes: Buffer, start: number, end: number, hit: number): void {
    const length = end - start
    if (length > longestLine) return
    let at = hit
    while (at > start && hit - at < longestKey && bytes[at - 1]! > 0x20) at--
    if (at === hit) return
    const hash = hashOf(bytes, at, hit)
    let offset = this.#written % ringBytes
    if (offset + length > ringBytes) {
      this.#written += ringBytes - offset
      offset = 0
    }
    bytes.copy(this.#ring, offset, start, end)
    const slot = hash & (slots - 1)
    this.#places[word]![slot] = this.#written
    this.#lengths[word]![slot] = length
    this.#hashes[word]![slot] = hash
    this.#written += length
  }

  /** The latest line of each kind about this message, as far as they are still known. */
  about(queueId: string): string[] {
    const key = Buffer.from(queueId, 'latin1')
    const hash = hashOf(key, 0, key.length)
    const slot = hash & (slots - 1)
    return this.#words.flatMap((word, kind) => {
      const place = this.#places[kind]![slot]!
      if (place < 0 || this.#hashes[kind]![slot] !== hash || this.#written - place > ringBytes) return []
      const offset = place % ringBytes
      const line = this.#ring.toString('utf8', offset, offset + this.#lengths[kind]![slot]!)
      return line.includes(`${queueId}${word}`) ? line : []
    })
  }
}

/** FNV-1a. */
function hashOf(bytes: Buffer, start: number, end: number): number {
  let hash = 0x811c9dc5
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193)
  return hash >>> 0
}
