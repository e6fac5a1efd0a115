import { Page } from '../output/page.ts'
import type { PageWidth } from '../output/page-width.ts'
import type { Paint } from '../output/paint.ts'
import { counted, countWords } from '../output/time-words.ts'
import type { FileKind } from './classify-file.ts'
import type { ReplySummary } from './reply-counts.ts'

const mostUnknown = 20

/** What was read, such as `12 lines` or `12 bounces (mbox)`. */
export function readWords(read: number, kind: FileKind): string {
  if (kind === 'lines') return counted(read, 'line')
  if (kind === 'mbox' || kind === 'maildir' || kind === 'message')
    return `${counted(read, 'bounce')} (${kind})`
  return `${counted(read, 'attempt')} at Apple (log of ${kind})`
}

/** What was found in a file, for people. */
export function summaryPage(summary: ReplySummary, kind: FileKind, width: PageWidth, paint: Paint): string {
  const { read, accepted, rules, unknown, unknownLeft, others } = summary
  const page = new Page(width, paint)
  const refused = rules.reduce((sum, { count }) => sum + count, 0)
  page.paragraph(`${counted(refused, 'refusal')} of Apple’s in ${readWords(read, kind)}`, { tone: 'title' })
  page.chart(
    'By rule',
    rules.map(({ rule, count }) => ({ name: rule, count })),
  )
  page.fields([
    ['Accepted by Apple', accepted === 0 ? null : countWords(accepted)],
    ['Other replies', others === 0 ? null : `${countWords(others)}, of other hosts or of nobody knows whom`],
  ])
  page.list(
    'No rule knows these. Please report them, so that one can be written',
    '-',
    unknown.slice(0, mostUnknown).map(({ text, count }) => `${countWords(count)} x  ${text}`),
  )
  const left = unknown.length - mostUnknown
  if (left > 0)
    page.paragraph(`${counted(left, 'more kind', 'more kinds')} of unknown replies; --json lists them.`)
  if (unknownLeft > 0)
    page.paragraph(`${counted(unknownLeft, 'unknown reply', 'unknown replies')} of still other kinds.`)
  return page.toString()
}
