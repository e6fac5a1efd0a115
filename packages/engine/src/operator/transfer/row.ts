import type { Line } from './lines.ts'

/** A row of a file as its reader understood it, or why it did not. */
export type Row =
  | {
      line: number
      /** Those of a suppression, or the fields of a foreign row: `recipient`, `at` and `note`. */
      fields: Readonly<Record<string, unknown>>
      /** Written by our own export. */
      isOwn: boolean
    }
  | { line: number; problem: string }

/** Makes rows of lines. */
export interface RowReader {
  /** The rows that are complete with these lines. */
  read(lines: readonly Line[]): Row[]
  /** The rest, at the end of the file. */
  end(): Row[]
}
