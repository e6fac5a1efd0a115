import { stripVTControlCharacters } from 'node:util'

/**
 * Breaks a text between words. Words that are longer than a line, such as links, stay whole. Colours are not counted.
 *
 * @param width columns of a line
 * @param first columns of the first line, if something stands before it
 */
export function wrap(text: string, width: number, first: number = width): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ').filter((each) => each !== '')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (line === '' || columnsOf(longer) <= (lines.length === 0 ? first : width)) {
      line = longer
    } else {
      lines.push(line)
      line = word
    }
  }
  return [...lines, line]
}

/** A text with `start` before its first line and as many blanks before all others. */
export function hung(start: string, text: string, width: number): string {
  const indent = columnsOf(start)
  return start + wrap(text, width - indent).join(`\n${' '.repeat(indent)}`)
}

function columnsOf(text: string): number {
  return stripVTControlCharacters(text).length
}
