import { parse } from 'csv-parse/sync'
import { columnsOf, type Columns } from './csv-columns.ts'
import { CsvRecords, type CsvRecord } from './csv-records.ts'
import { fromCells } from './csv-row.ts'
import { EngineError } from '../../errors.ts'
import type { Line } from './lines.ts'
import type { Row, RowReader } from './row.ts'

type Cells = { line: number; cells: readonly string[] } | { line: number; problem: string }

/** Rows of a CSV file whose first line names the columns. */
export class CsvReader implements RowReader {
  private readonly records = new CsvRecords()
  private columns: Columns | null = null

  read(lines: readonly Line[]): Row[] {
    return this.rowsOf(lines.flatMap((line) => this.records.add(line)))
  }

  end(): Row[] {
    return this.rowsOf(this.records.end())
  }

  private rowsOf(records: readonly CsvRecord[]): Row[] {
    const [first, ...others] = records
    if (first === undefined) return []
    let rows = records
    this.columns ??= this.readHeader(first)
    if (this.columns.header === first.line) rows = others
    const { columns } = this
    return this.cellsOf(rows, !columns.isOwn).map((one) => rowOf(one, columns))
  }

  private readHeader(first: CsvRecord): Columns {
    const [header] = this.cellsOf([first], true)
    if (header && 'cells' in header) return columnsOf(header.line, header.cells)
    const problem = header?.problem ?? 'it is empty'
    throw new EngineError('EIMPORT', `import: line ${first.line} must name the columns: ${problem}`)
  }

  /** Records with quotes are parsed many at a time: to begin a parser costs more than a record. */
  private cellsOf(records: readonly CsvRecord[], trim: boolean): Cells[] {
    const delimiter = this.records.delimiter ?? ','
    const quoted = records.flatMap((one) => ('text' in one && one.text.includes('"') ? one.text : []))
    const parsed = quoted.length === 0 ? [] : parseAll(quoted, delimiter, trim)
    let next = 0
    return records.map((one): Cells => {
      if ('problem' in one) return one
      if (!one.text.includes('"')) return { line: one.line, cells: one.text.split(delimiter) }
      const cells = parsed === null ? parseAll([one.text], delimiter, trim)?.[0] : parsed[next++]
      return cells
        ? { line: one.line, cells }
        : { line: one.line, problem: 'the quotes cannot be understood' }
    })
  }
}

/** The cells of each record; `null` if they cannot be told apart. */
function parseAll(records: readonly string[], delimiter: string, trim: boolean): string[][] | null {
  try {
    const options = { delimiter, record_delimiter: '\n', relax_column_count: true, trim }
    const rows: string[][] = parse(records.join('\n'), options)
    return rows.length === records.length ? rows : null
  } catch {
    return null
  }
}

function rowOf(record: Cells, { names, isOwn, header }: Columns): Row {
  if ('problem' in record) return record
  const { line, cells } = record
  if (cells.length > names.length && header !== null)
    return { line, problem: `the row has ${cells.length} cells and the header ${names.length}` }
  const named: Record<string, string> = {}
  names.forEach((name, index) => {
    if (name !== null) named[name] = cells[index] ?? ''
  })
  if (!isOwn) return { line, fields: named, isOwn }
  try {
    return { line, fields: fromCells(named), isOwn }
  } catch {
    return { line, problem: 'the columns streams and more must hold JSON where they are not plain' }
  }
}
