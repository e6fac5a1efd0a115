import { longestLine, type Line } from './lines.ts'

/** A record of a CSV file: a line, or several if a quoted cell holds line feeds. Or why it is none. */
export type CsvRecord = { line: number; text: string } | { line: number; problem: string }

type Text = Extract<Line, { text: string }>

const delimiters = [',', ';', '\t']
const notClosed = 'a quote is opened and not closed'
const misplaced = 'a quote stands where it must not: one within quotes has to be doubled'

/**
 * Puts lines together to records. A quote that is never closed would make a record of the rest of the file: after
 * {@link longestLine} characters, or where the quotes do not fit, its line alone is given up, and the next line is looked at
 * as if it began a record.
 */
export class CsvRecords {
  /** What separates the cells: of a comma, a semicolon and a tab that which the first line has most of. */
  delimiter: string | null = null
  private open: Text[] = []
  private length = 0

  /** Records that are complete with this line. */
  add(line: Line): CsvRecord[] {
    if ('problem' in line) return [...this.giveUp(notClosed), { line: line.number, problem: line.problem }]
    const { number, text } = line
    if (text.trim() === '' && this.open.length === 0) return []
    this.delimiter ??= delimiterOf(text)
    const quotes = quotesAfter(text, this.delimiter, this.open.length > 0)
    if (this.open.length === 0 && quotes === 'closed') return [{ line: number, text: withoutReturn(text) }]
    this.open.push(line)
    this.length += text.length
    if (quotes === 'wrong') return this.giveUp(misplaced)
    if (quotes === 'closed') return this.close()
    return this.length > longestLine ? this.giveUp(notClosed) : []
  }

  /** The rest, at the end of the file. */
  end(): CsvRecord[] {
    const rest: CsvRecord[] = []
    while (this.open.length > 0) rest.push(...this.giveUp(notClosed))
    return rest
  }

  private close(): CsvRecord[] {
    const lines = this.take()
    const text = lines.map((line) => line.text).join('\n')
    return [{ line: lines[0]?.number ?? 0, text: withoutReturn(text) }]
  }

  private giveUp(problem: string): CsvRecord[] {
    const [first, ...others] = this.take()
    if (first === undefined) return []
    return [{ line: first.number, problem }, ...others.flatMap((line) => this.add(line))]
  }

  private take(): Text[] {
    const lines = this.open
    this.open = []
    this.length = 0
    return lines
  }
}

function delimiterOf(text: string): string {
  return delimiters.toSorted((a, b) => text.split(b).length - text.split(a).length)[0] ?? ','
}

function withoutReturn(text: string): string {
  return text.endsWith('\r') ? text.slice(0, -1) : text
}

/** Whether a quoted cell is open at the end of a line; `wrong` if a quote stands elsewhere than around a cell. */
function quotesAfter(text: string, delimiter: string, wasOpen: boolean): 'open' | 'closed' | 'wrong' {
  let isOpen = wasOpen
  let cell = 0
  let at = text.indexOf('"')
  for (; at >= 0; at = text.indexOf('"', at + 1)) {
    if (!isOpen) {
      const before = text.slice(cell, at)
      if (before.slice(before.lastIndexOf(delimiter) + 1).trim() !== '') return 'wrong'
      isOpen = true
    } else if (text[at + 1] === '"') at++
    else {
      const next = text.indexOf(delimiter, at)
      if (text.slice(at + 1, next < 0 ? undefined : next).trim() !== '') return 'wrong'
      isOpen = false
      cell = next < 0 ? text.length : next
      at = cell
    }
  }
  return isOpen ? 'open' : 'closed'
}
