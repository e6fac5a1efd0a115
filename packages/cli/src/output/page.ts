import { barChart, type Bar } from './bar-chart.ts'
import { displayWidth } from './display-width.ts'
import { widthWithoutTerminal, type PageWidth } from './page-width.ts'
import type { Paint, Tone } from './paint.ts'
import { tableLines, type Cell, type Column } from './table.ts'
import { bounded, visible } from './visible.ts'
import { wrap } from './wrap.ts'

/** The longest piece of text that is shown whole. Characters. */
const MOST_CHARACTERS = 1200

/**
 * Text for people, wrapped to a width. Whatever is put on it is bounded and made harmless here, so callers hand over
 * remote text as it came.
 */
export class Page {
  readonly #width: number
  readonly #tableWidth: number
  readonly #paint: Paint
  readonly #blocks: string[][] = []

  constructor(width: PageWidth, paint: Paint) {
    this.#width = width === 'pipe' ? widthWithoutTerminal : width
    this.#tableWidth = width === 'pipe' ? Infinity : width - 2
    this.#paint = paint
  }

  /** A block of running text. */
  paragraph(text: string, options: { tone?: Tone; indent?: number } = {}): void {
    this.#blocks.push(this.#lines(text, ' '.repeat(options.indent ?? 0), options.tone))
  }

  /** A line that heads what follows. `aside` stands behind it, dimmed. */
  heading(text: string, tone: Tone, aside?: string): void {
    const lines = this.#lines(text, '', tone)
    const last = lines.pop() ?? ''
    this.#blocks.push([
      ...lines,
      aside === undefined ? last : `${last}  ${this.#paint('label', visible(aside))}`,
    ])
  }

  /**
   * Names and what they stand for, side by side. Rows without a value are left out.
   *
   * @param heading - stands above; `joined`: they belong to the block before
   */
  fields(
    rows: readonly (readonly [label: string, value: string | null | undefined])[],
    heading?: string | { joined: true },
  ): void {
    const isJoined = typeof heading === 'object'
    const indent = heading === undefined ? '' : '  '
    const full = rows.filter((row): row is [string, string] => typeof row[1] === 'string')
    if (full.length === 0) return
    const column = Math.max(...full.map(([label]) => displayWidth(label))) + 2
    const block = typeof heading === 'string' ? [this.#paint('heading', heading)] : []
    for (const [label, value] of full) {
      const [first = '', ...rest] = this.#lines(value, ' '.repeat(indent.length + column))
      const name = indent + this.#paint('label', label) + ' '.repeat(column - displayWidth(label))
      block.push(name + first.trimStart(), ...rest)
    }
    if (isJoined) this.#blocks.at(-1)?.push(...block)
    else this.#blocks.push(block)
  }

  /** A heading with running text below. */
  section(heading: string, text: string): void {
    this.#blocks.push([this.#paint('heading', heading), ...this.#lines(text, '  ')])
  }

  /** A heading with items below. Nothing if there are none. */
  list(heading: string, mark: string, items: readonly string[]): void {
    if (items.length === 0) return
    const block = [this.#paint('heading', heading)]
    for (const item of items) {
      const lines = this.#lines(item, ' '.repeat(mark.length + 3))
      block.push(`  ${mark} ${lines[0]?.trimStart() ?? ''}`, ...lines.slice(1))
    }
    this.#blocks.push(block)
  }

  /** A heading with a table below. Nothing if it has no rows. */
  table(heading: string, columns: readonly Column[], rows: readonly (readonly Cell[])[]): void {
    if (rows.length === 0) return
    const layout = { width: this.#tableWidth, paint: this.#paint, tone: 'label' } as const
    const lines = tableLines(columns, rows, layout)
    this.#blocks.push([this.#paint('heading', heading), ...lines.map((line) => `  ${line}`.trimEnd())])
  }

  /** A heading with a bar chart below. Nothing if it has no bars. */
  chart(heading: string, bars: readonly Bar[]): void {
    if (bars.length === 0) return
    const lines = barChart(bars, this.#width - 2, this.#paint)
    this.#blocks.push([this.#paint('heading', heading), ...lines.map((line) => `  ${line}`)])
  }

  /** The page, with a line end. */
  toString(): string {
    return `${this.#blocks.map((block) => block.join('\n')).join('\n\n')}\n`
  }

  #lines(text: string, indent: string, tone?: Tone): string[] {
    const safe = visible(bounded(text, MOST_CHARACTERS))
    return wrap(safe, this.#width - indent.length).map(
      (line) => indent + (tone === undefined ? line : this.#paint(tone, line)),
    )
  }
}
