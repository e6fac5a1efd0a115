import { displayWidth } from './display-width.ts'

/**
 * Breaks a text into lines between words. A word that is too long for a line is broken too, unless it is a link: the
 * terminal breaks that itself, and it can still be followed.
 *
 * @param width - columns, at least 2
 */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ').filter((each) => each !== '')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (displayWidth(longer) <= width) {
      line = longer
      continue
    }
    if (line !== '') lines.push(line)
    const pieces = isLink(word) ? [word] : broken(word, width)
    line = pieces.pop() ?? ''
    lines.push(...pieces)
  }
  if (line !== '') lines.push(line)
  return lines
}

/** Whether a word is left whole. */
export function isLink(word: string): boolean {
  return word.includes('https://') || word.includes('http://')
}

function broken(word: string, width: number): string[] {
  const pieces: string[] = []
  let piece = ''
  let columns = 0
  for (const char of word) {
    const more = displayWidth(char)
    if (columns + more > width) {
      pieces.push(piece)
      piece = ''
      columns = 0
    }
    piece += char
    columns += more
  }
  return [...pieces, piece]
}
