import { visible } from '../visible.ts'
import type { LetterBlock } from './letter.ts'

/** A time to the second, such as `2026-01-31 12:00:00 UTC`. */
export function time(at: number): string {
  const date = new Date(at)
  return Number.isNaN(date.getTime())
    ? 'an unknown time'
    : `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

/** A text of who sends the letter, as paragraphs: an empty line begins another one. */
export function paragraphs(text: string): LetterBlock[] {
  const all: string[] = []
  let isNew = true
  for (const line of text.split('\n')) {
    const words = oneLine(line)
    if (words === '') isNew = true
    else if (isNew) {
      all.push(words)
      isNew = false
    } else all.push(`${all.pop() ?? ''} ${words}`)
  }
  return all.map(paragraph)
}

export function paragraph(text: string): LetterBlock {
  return { type: 'paragraph', text }
}

/** White space is one space, and control characters are written out. */
export function oneLine(text: string): string {
  return visible(text.replaceAll(/[\t\r\n]/g, ' '))
    .split(' ')
    .filter((word) => word !== '')
    .join(' ')
}

/** Remote text on one line, cut. */
export function remoteLine(text: string, longest: number): string {
  return cutAt(oneLine(text), longest)
}

/** A text of at most so many characters and `...`, without halves of characters. */
export function cutAt(text: string, longest: number): string {
  const some = text.length > longest ? `${text.slice(0, longest)}...` : text
  return some.replaceAll(/\p{Cs}/gu, '\ufffd')
}
