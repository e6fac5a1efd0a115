import { terminalWidth } from './page-width.ts'
import { painterFor } from './paint.ts'
import { rowsOfTabs, tabLines, tableLines, type Cell, type Column } from './table.ts'
import { visibleJson } from './visible.ts'
import { write } from './write.ts'

/** Rows that are laid out together. */
const rowsAtOnce = 500

/** How a list is printed. */
export interface Listing<T> {
  columns: readonly Column[]
  row: (item: T) => readonly Cell[]
  json: boolean | undefined
  /** Said on standard error if there is nothing. */
  empty: string
}

/**
 * Prints a list of any length as it comes: one JSON object a line, a table on a terminal, else cells with a tab between.
 *
 * @returns how many there were
 */
export async function printListing<T>(
  items: Iterable<T> | AsyncIterable<T>,
  { columns, row, json, empty }: Listing<T>,
): Promise<number> {
  const { stdout } = process
  let count = 0
  let some: T[] = []
  const flush = async (): Promise<void> => {
    if (some.length === 0) return
    await write(stdout, `${lines(some).join('\n')}\n`)
    count += some.length
    some = []
  }
  const lines = (all: readonly T[]): string[] => {
    if (json === true) return all.map(visibleJson)
    const rows = all.map(row)
    if (stdout.isTTY)
      return tableLines(columns, rows, { width: terminalWidth(stdout), paint: painterFor(stdout) })
    return count === 0 ? tabLines(columns, rows) : rowsOfTabs(columns, rows)
  }
  for await (const item of items) {
    some.push(item)
    if (some.length >= rowsAtOnce) await flush()
  }
  await flush()
  if (count === 0 && json !== true) console.error(empty)
  return count
}
