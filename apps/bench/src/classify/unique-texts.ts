import { serialDigits } from './mixed-replies.ts'

/** Makes texts that differ from all others it made, from templates in turn. */
export class UniqueTexts {
  readonly #templates: readonly Template[]
  #serial = 0

  /** @param templates - texts that hold {@link serialDigits} */
  constructor(templates: readonly string[]) {
    this.#templates = templates.map(templateOf)
  }

  /** How many templates there are: the text at index i comes from template i modulo this. */
  get templates(): number {
    return this.#templates.length
  }

  /** `count` new texts, a multiple of the number of templates, the first one from the first template. */
  next(count: number): string[] {
    return Array.from({ length: count }, (_, index) => {
      const { bytes, digits, encoding } = this.#templates[index % this.#templates.length]!
      let rest = this.#serial++
      for (const at of digits) {
        bytes[at] = 0x30 + (rest % 10)
        rest = Math.floor(rest / 10)
      }
      // Text out of a buffer is in one piece, as text from a socket is. A joined string would have to be put together
      // by whoever reads it first.
      return bytes.toString(encoding)
    })
  }
}

interface Template {
  bytes: Buffer
  /** Where the digits are, the last one first. */
  digits: readonly number[]
  encoding: 'latin1' | 'utf16le'
}

function templateOf(text: string): Template {
  const at = text.indexOf(serialDigits)
  if (at < 0) throw new Error(`no place for a number in ${JSON.stringify(text)}`)
  const wide = /[^\0-\xFF]/.test(text)
  const step = wide ? 2 : 1
  const encoding = wide ? 'utf16le' : 'latin1'
  return {
    bytes: Buffer.from(text, encoding),
    digits: Array.from(serialDigits, (_, index) => (at + serialDigits.length - 1 - index) * step),
    encoding,
  }
}
