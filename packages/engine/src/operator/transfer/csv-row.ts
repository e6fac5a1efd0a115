import { fromCell, toCell } from './formula-cell.ts'
import type { Suppression } from '../../state/suppression.ts'

/** The columns of our own CSV files, in this order. */
export const ownColumns = [
  'recipient',
  'origin',
  'streams',
  'at',
  'rule',
  'rulesVersion',
  'reply',
  'messageId',
  'note',
  'incident',
  'more',
] as const

const textColumns = [
  'recipient',
  'origin',
  'rule',
  'rulesVersion',
  'reply',
  'messageId',
  'note',
  'incident',
] as const
const inTheirOwnColumn: readonly string[] = ownColumns
/**
 * NUL; half a character, as it is left where a text was cut; and what begins a formula behind a separator: a spreadsheet
 * may be set to semicolons or tabs and then cut cells there, quotes or not.
 */
const notForCells = /[\0\p{Cs}]|[;\t\r\n][ "']*[=+\-@]/u
const plainStream = /^[\w.:@+*!-]+$/

/**
 * A suppression as cells. `more` is JSON of what has no column of its own, and of texts that a cell cannot hold.
 */
export function toCells(suppression: Suppression): string[] {
  const more: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(suppression))
    if (!inTheirOwnColumn.includes(name)) more[name] = value
  const text = (name: (typeof textColumns)[number]): string => {
    const value = suppression[name] ?? null
    if (value === null || !notForCells.test(value)) return toCell(value)
    more[name] = value
    return ''
  }
  const [recipient, origin, rule, rulesVersion, reply, messageId, note, incident] = textColumns.map(text)
  const { at } = suppression
  const time = new Date(at)
  const cells = [
    recipient,
    origin,
    toCell(streamsText(suppression.streams)),
    time.getTime() === at ? time.toISOString() : toCell(String(at)),
    rule,
    rulesVersion,
    reply,
    messageId,
    note,
    incident,
    toCell(Object.keys(more).length === 0 ? null : JSON.stringify(more).replaceAll(';', String.raw`\u003b`)),
  ]
  return cells.map((cell) => cell ?? '')
}

/** The fields of a suppression as they stand in the cells; not looked at yet. Throws `SyntaxError` for bad JSON. */
export function fromCells(cells: Readonly<Record<string, string>>): Record<string, unknown> {
  const { streams, at, more, ...texts } = Object.fromEntries(
    ownColumns.map((name) => [name, fromCell(cells[name] ?? '')]),
  )
  return {
    ...texts,
    streams: streams?.startsWith('[') ? JSON.parse(streams) : streams?.split(' '),
    at: timeFrom(at ?? ''),
    ...(more === null || more === undefined ? {} : JSON.parse(more)),
  }
}

/** Separated by spaces; as JSON if a name is so odd that this could not be undone. */
function streamsText(streams: readonly string[]): string {
  return streams.every((stream) => plainStream.test(stream)) ? streams.join(' ') : JSON.stringify(streams)
}

function timeFrom(cell: string): number {
  return /^\d{4}-/.test(cell) ? Date.parse(cell) : cell === '' ? NaN : Number(cell)
}
