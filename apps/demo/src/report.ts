import Table from 'cli-table3'
import type { Result } from './results.ts'
import type { Style } from './style.ts'
import { replyWords } from './words.ts'

const shares = [26, 26, 13, 28, 21]
const borders = shares.length + 1
const narrowest = 72

/** The table of all rows, at most `width` columns wide (but not less than 72). */
export function tableOf(results: readonly Result[], style: Style, width: number): string {
  const table = new Table({
    head: ['Recipient', 'Apple’s reply', 'Fault', 'What was done (round 1, 2)', 'What the ledger remembers'],
    colWidths: columns(width),
    wordWrap: true,
    // Its own colours would ignore what the terminal can do.
    style: { head: [], border: [] },
  })
  for (const { recipient, reply, fault, rounds, remembers, ok } of results) {
    const mark = ok ? '' : style.bad('✗ unexpected\n')
    table.push([
      mark + recipient.replace('@', '\n@'),
      reply.startsWith('2') ? 'accepted' : replyWords(reply, recipient, 72),
      fault ?? (reply.startsWith('2') ? '–' : 'not Apple’s'),
      rounds.map(({ done }, index) => `${index + 1}: ${done}`).join('\n'),
      remembers.words,
    ])
  }
  return table.toString()
}

function columns(width: number): number[] {
  const room = Math.max(width, narrowest) - borders
  const all = shares.reduce((sum, share) => sum + share, 0)
  return shares.map((share) => Math.min(share, Math.floor((share / all) * room)))
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
