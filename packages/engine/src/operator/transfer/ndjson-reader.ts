import { foreignFields } from './csv-columns.ts'
import type { Line } from './lines.ts'
import type { Row, RowReader } from './row.ts'

/** Rows of a file with one JSON object a line. */
export class NdjsonReader implements RowReader {
  read(lines: readonly Line[]): Row[] {
    return lines.flatMap((line) => rowOf(line) ?? [])
  }

  end(): Row[] {
    return []
  }
}

function rowOf(line: Line): Row | null {
  if ('problem' in line) return { line: line.number, problem: line.problem }
  const { number, text } = line
  if (text.trim() === '') return null
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { line: number, problem: 'the line is not JSON' }
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { line: number, problem: 'the line is not a JSON object' }
  const fields = value as Record<string, unknown>
  const isOwn = ['recipient', 'origin', 'streams', 'at'].every((name) => name in fields)
  return { line: number, fields: isOwn ? fields : foreignFields(fields), isOwn }
}
