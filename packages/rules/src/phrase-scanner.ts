/*
 * Finds many literal phrases in one pass over a text (Aho and Corasick, "Efficient string matching", 1975). Case is
 * folded in the table, a run of white space counts as one space, typographic dashes as hyphens. The time depends on
 * the length of the text alone, not on the number of phrases.
 */

/** a to z, the space, five marks, and one class for everything else: 32 classes of two bytes are one cache line a state. */
const WIDTH = 32
const SPACE = 26
const OTHER = 31
const marks: Readonly<Record<string, number>> = { ':': 27, '-': 28, '.': 29, '=': 30 }

/** By UTF-16 code unit, so that the scan needs no test for a range. */
const classes = new Uint8Array(65536).fill(OTHER)
for (let i = 0; i < 26; i++) classes[0x41 + i] = classes[0x61 + i] = i
for (const space of [0x20, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0xa0]) classes[space] = SPACE
for (const mark of Object.keys(marks)) classes[mark.charCodeAt(0)] = marks[mark]!
for (let dash = 0x2010; dash <= 0x2015; dash++) classes[dash] = marks['-']!

/** The automaton of a fixed set of phrases. */
interface Automaton {
  /** The next state by state and class; a state is the offset of its row. */
  table: Uint32Array
  /** Phrases end in this state and all behind it. */
  firstTelling: number
  /** The phrases that end in each telling state. */
  output: readonly (readonly number[])[]
}

/** One pass over one text. */
export class PhraseScan {
  /** Index behind the phrase found last. */
  end: number
  readonly #automaton: Automaton
  readonly #text: string
  #state = 0
  #more: readonly number[] | null = null
  #nth = 0

  constructor(automaton: Automaton, text: string, from: number) {
    this.#automaton = automaton
    this.#text = text
    this.end = from
  }

  /** The index of the next phrase in the order of their ends, or -1. */
  next(): number {
    if (this.#more !== null && this.#nth < this.#more.length) return this.#more[this.#nth++]!
    const { table, firstTelling, output } = this.#automaton
    const text = this.#text
    const length = text.length
    let state = this.#state
    for (let i = this.end; i < length; i++) {
      state = table[state + classes[text.charCodeAt(i)]!]!
      if (state >= firstTelling) {
        this.#state = state
        this.end = i + 1
        this.#more = output[(state - firstTelling) / WIDTH]!
        this.#nth = 1
        return this.#more[0]!
      }
    }
    this.end = length
    this.#more = null
    return -1
  }
}

/** Looks for a fixed set of phrases. */
export interface PhraseScanner {
  /** Begins a pass over `text` at the index `from`. */
  scan(text: string, from: number): PhraseScan
}

/**
 * Builds a scanner.
 *
 * @param phrases - lower-case words with single spaces; digits and marks other than `: - . =` match any such character
 */
export function phraseScanner(phrases: readonly string[]): PhraseScanner {
  const children: Map<number, number>[] = [new Map()]
  const lastClass: number[] = [OTHER]
  const own: number[][] = [[]]
  phrases.forEach((phrase, index) => {
    let state = 0
    for (let i = 0; i < phrase.length; i++) {
      const cls = classes[phrase.charCodeAt(i)]!
      let next = children[state]!.get(cls)
      if (next === undefined) {
        next = children.length
        children.push(new Map())
        lastClass.push(cls)
        own.push([])
        children[state]!.set(cls, next)
      }
      state = next
    }
    own[state]!.push(index)
  })

  const queue = [0]
  const fail = new Map<number, number>([[0, 0]])
  const next: number[][] = []
  for (const state of queue) {
    const fallback = fail.get(state)!
    if (state !== 0) own[state]!.push(...own[fallback]!)
    const row = Array.from({ length: WIDTH }, (_, cls) => {
      const child = children[state]!.get(cls)
      const other = state === 0 ? 0 : next[fallback]![cls]!
      if (child === undefined) return other
      fail.set(child, other)
      queue.push(child)
      return child
    })
    // A second space leaves the state as it is, so runs of white space need no work of their own.
    if (lastClass[state] === SPACE) row[SPACE] = state
    next[state] = row
  }

  // Silent states first, so that one comparison tells whether a phrase ends here.
  const silent = queue.filter((state) => own[state]!.length === 0)
  const telling = queue.filter((state) => own[state]!.length > 0)
  const order = [...silent, ...telling]
  const offset = new Map(order.map((state, position) => [state, position * WIDTH]))
  const table = new Uint32Array(order.length * WIDTH)
  for (const state of order) {
    for (let cls = 0; cls < WIDTH; cls++) table[offset.get(state)! + cls] = offset.get(next[state]![cls]!)!
  }
  const automaton: Automaton = {
    table,
    firstTelling: silent.length * WIDTH,
    output: telling.map((state) => own[state]!),
  }
  return { scan: (text, from) => new PhraseScan(automaton, text, from) }
}
