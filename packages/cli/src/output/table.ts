import { displayWidth } from './display-width.ts'
import type { Paint } from './paint.ts'
import { bounded, visible } from './visible.ts'

/** A column of a table. */
export interface Column {
  name: string
  /** Numbers stand at the right. */
  align?: 'right'
  /** Columns of the terminal that it keeps where there is too little room. Default: it is never narrowed. */
  least?: number
}

const gap = '  '
const mostCharacters = 400
const least = 8

/** A value of a cell; what is missing is shown as `-`. */
export type Cell = string | number | null | undefined

/**
 * Lines of a table for a terminal: aligned, and narrowed until it fits.
 *
 * @param width - columns of the terminal
 */
export function tableLines(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  width: number,
  paint: Paint,
): string[] {
  const cells = rows.map((row) => columns.map((_, index) => cellText(row[index])))
  const widths = fittingWidths(columns, cells, width)
  const line = (texts: readonly string[]): string =>
    columns
      .map(({ align }, index) => padded(texts[index] ?? '', widths[index] ?? 0, align))
      .join(gap)
      .trimEnd()
  return [paint('heading', line(columns.map(({ name }) => name))), ...cells.map(line)]
}

/** The same for a pipe: a header, and cells with a tab between. */
export function tabLines(columns: readonly Column[], rows: readonly (readonly Cell[])[]): string[] {
  return [columns.map(({ name }) => name).join('\t'), ...rowsOfTabs(columns, rows)]
}

/** Without the header. */
export function rowsOfTabs(columns: readonly Column[], rows: readonly (readonly Cell[])[]): string[] {
  return rows.map((row) => columns.map((_, index) => cellText(row[index])).join('\t'))
}

function cellText(value: Cell): string {
  if (value === null || value === undefined || value === '') return '-'
  return visible(bounded(String(value), mostCharacters))
}

function fittingWidths(
  columns: readonly Column[],
  cells: readonly (readonly string[])[],
  width: number,
): number[] {
  const widths = columns.map(({ name }, index) =>
    Math.max(displayWidth(name), ...cells.map((row) => displayWidth(row[index] ?? ''))),
  )
  const room = width - gap.length * (columns.length - 1)
  for (;;) {
    const over = widths.reduce((sum, one) => sum + one, 0) - room
    if (over <= 0) return widths
    // The widest one that may be narrowed.
    const widest = columns
      .map((column, index) => ({
        index,
        spare: (widths[index] ?? 0) - Math.max(column.least ?? Infinity, least),
      }))
      .filter(({ spare }) => spare > 0)
      .toSorted((a, b) => (widths[b.index] ?? 0) - (widths[a.index] ?? 0))[0]
    if (widest === undefined) return widths
    widths[widest.index] = (widths[widest.index] ?? 0) - 1
  }
}

function padded(text: string, width: number, align: Column['align']): string {
  const cut = displayWidth(text) > width ? `${cutTo(text, width - 1)}…` : text
  const space = ' '.repeat(Math.max(0, width - displayWidth(cut)))
  return align === 'right' ? space + cut : cut + space
}

function cutTo(text: string, width: number): string {
  let columns = 0
  let cut = ''
  for (const char of text) {
    columns += displayWidth(char)
    if (columns > width) break
    cut += char
  }
  return cut
}
