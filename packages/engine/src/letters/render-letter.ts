import type { Letter, LetterBlock, LetterSection } from './letter.ts'
import { cutAt } from './words.ts'

const longestSubject = 197
const longestLine = 76

/** A letter with its renderings. */
export function rendered(letter: Omit<Letter, 'text' | 'markdown'>): Letter {
  const subject = cutAt(letter.subject, longestSubject)
  const whole = { ...letter, subject }
  return { ...whole, text: textOf(letter.sections), markdown: markdownOf(whole) }
}

function textOf(sections: readonly LetterSection[]): string {
  const parts = sections.flatMap(({ heading, blocks }) => {
    const texts = blocks.map(blockText)
    // The heading belongs to what stands below it.
    return heading === null ? texts : [`${heading}:\n${texts[0] ?? ''}`, ...texts.slice(1)]
  })
  return `${parts.join('\n\n')}\n`
}

function blockText(block: LetterBlock): string {
  if (block.type === 'paragraph') return wrapped(block.text, '')
  if (block.type === 'list') return block.items.map((item) => `- ${wrapped(item, '  ')}`).join('\n')
  return block.lines.map((line) => `  ${line}`).join('\n')
}

/** `indent` stands before all lines but the first. */
function wrapped(text: string, indent: string): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && indent.length + line.length + 1 + word.length > longestLine) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line].join(`\n${indent}`)
}

function markdownOf({
  to,
  urls,
  subject,
  sections,
}: Pick<Letter, 'to' | 'urls' | 'subject' | 'sections'>): string {
  const parts = [`# ${escaped(subject)}`]
  if (to !== null) parts.push(`To: <${to}>`)
  if (urls.length > 0) parts.push(urls.map((url) => `- <${url}>`).join('\n'))
  for (const { heading, blocks } of sections) {
    if (heading !== null) parts.push(`## ${escaped(heading)}`)
    parts.push(...blocks.map(blockMarkdown))
  }
  return `${parts.join('\n\n')}\n`
}

function blockMarkdown(block: LetterBlock): string {
  if (block.type === 'paragraph') return escaped(block.text)
  if (block.type === 'list') return block.items.map((item) => `- ${escaped(item)}`).join('\n')
  // Indented code ends with the first line that is not indented, and these have no line ends: nothing in them can end it.
  return block.lines.map((line) => `    ${line}`).join('\n')
}

/** What would be markup is not: in a line, and at its beginning. */
function escaped(text: string): string {
  return text
    .replaceAll(/[\\`*_{}[\]<>|~&]/g, '\\$&')
    .replace(/^(?:[-+=#]|\d{1,9}(?=[.)](?: |$)))/, (start) =>
      /\d/.test(start) ? `${start}\\` : `\\${start}`,
    )
}
