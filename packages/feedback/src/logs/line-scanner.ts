const newline = 0x0a
/** Longer lines are no mail log's; the rest of them is skipped. */
export const longestLine: number = 1 << 18

/**
 * Names of Apple's: of its domains, and of the hosts that answer for them and for custom domains. Logs write them in lower case.
 * Few, and none that begins like most lines do, as each is looked for in every byte.
 */
export const appleNames: readonly string[] = ['icloud.com', '@me.com', 'mac.com', 'privaterelay.appleid.com']

/** A line that {@link LineScanner} found; offsets in the bytes that were scanned. */
export interface FoundLine {
  start: number
  /** Behind its last byte, without the newline. */
  end: number
  /** Which of the further words was found; -1 if the line has a name of Apple's. */
  word: number
  /** Where that word stands. */
  hit: number
}

/** Finds the few lines of a log that matter without making a string of any. */
export class LineScanner {
  readonly #needles: readonly Buffer[]

  /** @param words what is looked for besides names of Apple's */
  constructor(words: readonly string[]) {
    this.#needles = [...appleNames, ...words].map((word) => Buffer.from(word, 'latin1'))
  }

  /**
   * Calls back for each line with one of the words, in the order of the lines.
   *
   * @param bytes whole lines
   * @param onLine is given the same object each time
   */
  scan(bytes: Buffer, onLine: (line: FoundLine) => void): void {
    const needles = this.#needles
    const next = needles.map((needle) => position(bytes, needle, 0))
    const line: FoundLine = { start: 0, end: 0, word: -1, hit: 0 }
    for (;;) {
      let first = 0
      for (let i = 1; i < next.length; i++) if (next[i]! < next[first]!) first = i
      const hit = next[first]!
      if (hit === Infinity) return
      const start = bytes.lastIndexOf(newline, hit) + 1
      const after = bytes.indexOf(newline, hit)
      const end = after < 0 ? bytes.length : after
      let word = first
      for (let i = 0; i < next.length; i++) {
        if (next[i]! > end) continue
        if (i < word) word = i
        next[i] = position(bytes, needles[i]!, end)
      }
      if (end - start > longestLine) continue
      line.start = start
      line.end = end > start && bytes[end - 1] === 0x0d ? end - 1 : end
      line.word = word < appleNames.length ? -1 : first - appleNames.length
      line.hit = hit
      onLine(line)
    }
  }
}

function position(bytes: Buffer, needle: Buffer, from: number): number {
  const at = bytes.indexOf(needle, from)
  return at < 0 ? Infinity : at
}
