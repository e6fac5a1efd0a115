import Table from 'cli-table3'
import { breakWords } from './break-words.ts'
import type { Result } from './results.ts'
import type { Style } from './style.ts'
import { replyWords } from './words.ts'

const headings = [
  'Recipient',
  'Apple’s reply',
  'Fault',
  'What was done (round 1, 2)',
  'What the ledger remembers',
]
const widest = [26, 26, 13, 28, 21]
const faultColumn = 2
const borders = widest.length + 1
const padding = 2
const narrowest = 72

/** The table of all rows, at most `width` columns wide (but not less than 72). */
export function tableOf(results: readonly Result[], style: Style, width: number): string {
  const colWidths = columnsFor(width)
  const table = new Table({
    head: headings,
    colWidths,
    wordWrap: true,
    // Its own colours would ignore what the terminal can do.
    style: { head: [], border: [] },
  })
  for (const { recipient, reply, fault, rounds, remembers, ok } of results) {
    const mark = ok ? '' : style.bad('✗ unexpected\n')
    const cells = [
      recipient.replace('@', '\n@'),
      reply.startsWith('2') ? 'accepted' : replyWords(reply, recipient, 72),
      fault ?? (reply.startsWith('2') ? '–' : 'not Apple’s'),
      rounds.map(({ done }, index) => `${index + 1}: ${done}`).join('\n'),
      remembers.words,
    ].map((cell, column) => breakWords(cell, (colWidths[column] ?? 0) - padding))
    table.push([mark + (cells[0] ?? ''), ...cells.slice(1)])
  }
  return table.toString()
}

/** A fault is one word and keeps its width; the other columns share what is left. */
function columnsFor(width: number): number[] {
  const fault = widest[faultColumn] ?? 0
  const room = Math.max(width, narrowest) - borders - fault
  const all = widest.reduce((sum, one) => sum + one, -fault)
  return widest.map((one, index) =>
    index === faultColumn ? one : Math.min(one, Math.floor((one / all) * room)),
  )
}

/** The table and the verdict as one object, for `--json`. */
export function jsonOf(results: readonly Result[], seconds: number): string {
  const ok = results.every((result) => result.ok)
  return JSON.stringify({ ok, seconds: Math.round(seconds * 10) / 10, rows: results }, null, 2)
}

/** Where something was not as expected, in words. */
export function differencesOf(results: readonly Result[]): string[] {
  return results.flatMap(({ recipient, differences }) => differences.map((one) => `${recipient}, ${one}`))
}
