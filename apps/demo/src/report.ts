import Table from 'cli-table3'
import { breakWords } from './break-words.ts'
import type { ToldChapter } from './tell-chapters.ts'
import type { Result } from './results.ts'
import type { Style } from './style.ts'
import { replyWords } from './words.ts'

interface Column {
  heading: string
  cell: (result: Result, room: number) => string
  /** What it gets of the room that the others leave; 0: what it needs. */
  share: number
}

const recipientColumn: Column = {
  heading: 'Recipient',
  cell: ({ recipient }) => recipient.replace('@', '\n@'),
  share: 0,
}
const replyColumn: Column = {
  heading: 'Apple’s reply',
  cell: ({ reply, recipient }, room) =>
    isAcceptance(reply) ? 'accepted' : replyWords(reply.replaceAll(/https?:\S+/g, '…'), recipient, room * 4),
  share: 5,
}
const faultColumn: Column = {
  heading: 'Fault',
  cell: ({ fault, reply }) => fault ?? (isAcceptance(reply) ? '–' : 'not Apple’s'),
  share: 0,
}
const replyAndFaultColumn: Column = {
  heading: 'Apple’s reply, fault',
  cell: (result, room) => {
    const fault = isAcceptance(result.reply) ? '' : `\n(${faultColumn.cell(result, room)})`
    return replyColumn.cell(result, room) + fault
  },
  share: 5,
}
const doneColumn: Column = {
  heading: 'What was done (round 1, 2)',
  cell: ({ rounds }) => rounds.map(({ done }, index) => `${index + 1}: ${done}`).join('\n'),
  share: 6,
}
const memoryColumn: Column = {
  heading: 'What the ledger remembers',
  cell: ({ remembers }) => remembers.words,
  share: 4,
}

const padding = 2
/** With less there is no room for a column of its own for the fault. */
const roomy = 96

/** The table of all rows, `width` columns wide, 60 or more. */
export function tableOf(results: readonly Result[], style: Style, width: number): string {
  const columns =
    width < roomy
      ? [recipientColumn, replyAndFaultColumn, doneColumn, memoryColumn]
      : [recipientColumn, replyColumn, faultColumn, doneColumn, memoryColumn]
  const rooms = roomsFor(columns, results, width)
  const table = new Table({
    head: columns.map(({ heading }) => heading),
    colWidths: rooms.map((room) => room + padding),
    wordWrap: true,
    // Its own colours would ignore what the terminal can do.
    style: { head: [], border: [] },
  })
  for (const result of results) {
    const cells = columns.map(({ cell }, index) => {
      const room = rooms[index] ?? 0
      return breakWords(cell(result, room), room)
    })
    const mark = result.ok ? '' : style.bad('✗ unexpected\n')
    table.push([mark + (cells[0] ?? ''), ...cells.slice(1)])
  }
  return table.toString()
}

/** Addresses and faults are never cut; the other columns share what they leave. */
function roomsFor(columns: readonly Column[], results: readonly Result[], width: number): number[] {
  const needed = columns.map(({ heading, cell, share }) => {
    if (share > 0) return 0
    const texts = [heading, ...results.flatMap((result) => cell(result, width).split('\n'))]
    return Math.max(...texts.map((text) => text.length))
  })
  const borders = columns.length + 1
  const taken = borders + columns.length * padding + needed.reduce((sum, one) => sum + one, 0)
  const shares = columns.reduce((sum, { share }) => sum + share, 0)
  return columns.map(({ share }, index) =>
    share === 0 ? (needed[index] ?? 0) : Math.max(8, Math.floor(((width - taken) * share) / shares)),
  )
}

function isAcceptance(reply: string): boolean {
  return reply.startsWith('2')
}

/** The table and the verdict as one object, for `--json`. */
export function jsonOf(results: readonly Result[], told: readonly ToldChapter[], seconds: number): string {
  const ok = [...results, ...told].every((one) => one.ok)
  return JSON.stringify(
    { ok, seconds: Math.round(seconds * 10) / 10, rows: results, chapters: told },
    null,
    2,
  )
}

/** Where something was not as expected, in words. */
export function differencesOf(results: readonly Result[]): string[] {
  return results.flatMap(({ recipient, differences }) => differences.map((one) => `${recipient}, ${one}`))
}
