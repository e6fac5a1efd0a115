import { displayWidth } from './display-width.ts'
import type { Paint, Tone } from './paint.ts'
import { bounded, visible } from './visible.ts'
import { isLink, wrap } from './wrap.ts'

/** A column of a table. */
export interface Column {
  name: string
  /** Numbers stand at the right. */
  align?: 'right'
  /** Columns of the terminal that it keeps where there is too little room: its text is wrapped. Default: it is never narrowed. */
  least?: number
  /**
   * The same for the first column where its texts have to stay whole, such as addresses: one that is longer has a line of its
   * own, above its row.
   */
  overhang?: number
  /** Running text, such as a reply: where there is too little room it stands below its row. */
  below?: true
}

/** A value of a cell; what is missing is shown as `-`. */
export type Cell = string | number | null | undefined

/** How a table is laid out. */
export interface TableLayout {
  /** Columns of the terminal, at least 40; `Infinity` where there is none. */
  width: number
  paint: Paint
  /** Of the names of the columns. Default: `heading`. */
  tone?: Tone
}

type Row = readonly string[]

const gap = '  '
/** More than a ledger keeps of a reply. */
const mostCharacters = 1200

/**
 * Lines of a table for a terminal. Nothing is cut: where there is too little room columns are wrapped, then running text
 * stands below its row, and in the end each cell has a line of its own.
 */
export function tableLines(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  layout: TableLayout,
): string[] {
  const cells = rows.map((row) => columns.map((_, index) => cellText(row[index])))
  return (
    sideBySide(columns, cells, [], layout) ??
    sideBySide(
      columns,
      cells,
      columns.filter(({ below }) => below === true),
      layout,
    ) ??
    stacked(columns, cells, layout)
  )
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

/** `null` if there is too little room. */
function sideBySide(
  columns: readonly Column[],
  cells: readonly Row[],
  below: readonly Column[],
  { width, paint, tone = 'heading' }: TableLayout,
): string[] | null {
  const beside = columns.filter((column) => !below.includes(column))
  const pick = (row: Row, some: readonly Column[]): string[] =>
    some.map((column) => row[columns.indexOf(column)] ?? '')
  const widths = fittingWidths(
    beside,
    cells.map((row) => pick(row, beside)),
    width,
  )
  if (widths === null) return null
  const lines = (row: Row): string[] => rowLines(beside, row, widths, width)
  return [
    ...lines(beside.map(({ name }) => name)).map((line) => paint(tone, line)),
    ...cells.flatMap((row) => [
      ...lines(pick(row, beside)),
      ...pick(row, below)
        .filter((text) => text !== '-')
        .flatMap((text) => wrap(text, width - gap.length).map((line) => gap + line)),
    ]),
  ]
}

/** `null` if there is too little room. */
function fittingWidths(columns: readonly Column[], cells: readonly Row[], width: number): number[] | null {
  const most = (texts: readonly string[]): number =>
    texts.reduce((so, text) => Math.max(so, displayWidth(text)), 0)
  const texts = columns.map(({ name }, index) => [name, ...cells.map((row) => row[index] ?? '')])
  const widths = texts.map(most)
  const least = columns.map(({ name, overhang = Infinity, least: own = overhang }, index) => {
    const links = (texts[index] ?? []).flatMap((text) => text.split(' ').filter(isLink))
    return Math.min(widths[index] ?? 0, Math.max(own, most([name, ...links])))
  })
  const room = width - gap.length * (columns.length - 1)
  if (sum(least) > room) return null
  for (let over = sum(widths) - room; over > 0; over--) {
    const [widest] = widths
      .map((has, index) => ({ index, has, spare: has - (least[index] ?? 0) }))
      .filter(({ spare }) => spare > 0)
      .toSorted((a, b) => b.has - a.has)
    if (widest === undefined) return null
    widths[widest.index] = widest.has - 1
  }
  return widths
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((so, one) => so + one, 0)
}

function rowLines(columns: readonly Column[], row: Row, widths: readonly number[], width: number): string[] {
  const [first = '', ...others] = row
  if (columns[0]?.overhang !== undefined && displayWidth(first) > (widths[0] ?? 0))
    return [...wrap(first, width), ...rowLines(columns, ['', ...others], widths, width)]
  const pieces = row.map((text, index) => {
    const room = widths[index] ?? 0
    return displayWidth(text) <= room ? [text] : wrap(text, room)
  })
  const height = Math.max(1, ...pieces.map(({ length }) => length))
  return Array.from({ length: height }, (_, line) =>
    columns
      .map(({ align }, index) => padded(pieces[index]?.[line] ?? '', widths[index] ?? 0, align))
      .join(gap)
      .trimEnd(),
  )
}

function padded(text: string, width: number, align: Column['align']): string {
  const space = ' '.repeat(Math.max(0, width - displayWidth(text)))
  return align === 'right' ? space + text : text + space
}

/** The first cell heads the others, each of which has a line with its name. */
function stacked(columns: readonly Column[], cells: readonly Row[], { width, paint }: TableLayout): string[] {
  const names = Math.max(...columns.slice(1).map(({ name }) => displayWidth(name))) + gap.length
  return cells.flatMap((row, at) => [
    ...(at === 0 ? [] : ['']),
    ...wrap(row[0] ?? '', width).map((line) => paint('heading', line)),
    ...columns.slice(1).flatMap(({ name }, index) => {
      const text = row[index + 1] ?? ''
      if (text === '-') return []
      const indent = gap.length + names
      const [first = '', ...rest] = wrap(text, width - indent)
      const label = gap + paint('label', name) + ' '.repeat(names - displayWidth(name))
      return [label + first, ...rest.map((line) => ' '.repeat(indent) + line)]
    }),
  ])
}
