import type { Audit } from '../audit.ts'
import type { SuppressionOrigin } from '../../state/suppression.ts'
import type { TransferFormat } from './export-suppressions.ts'

/** What {@link Engine.import} takes. */
export interface ImportOptions extends Audit {
  format: TransferFormat
  /** Of rows that do not say their own. Rows of our own export do. Default `import`. */
  origin?: Exclude<SuppressionOrigin, 'reply'>
  /** The streams that such rows cover. Default: as in {@link Engine.suppress}, all for `import`. */
  streams?: readonly string[]
  /** Ends at the first row that cannot be read; what came before it is imported. Default false: it is left out. */
  stopAtBadRow?: boolean
  /** Called after each write of some hundred rows, with the rows and bytes that are done. */
  progress?: (rows: number, bytes: number) => void
  /** Stops it: the promise rejects with the signal's reason. What was imported stays; import the file again to go on. */
  signal?: AbortSignal
}

/** A row that was left out. */
export interface BadRow {
  /** From 1 on. */
  line: number
  /** In plain words. Holds nothing of the row. */
  reason: string
}

/** What an import did. */
export interface ImportSummary {
  /** Rows that were read: `added`, `merged`, `unchanged` and `bad` together. */
  rows: number
  /** Suppressions that were new. */
  added: number
  /** Those that cover more streams now, or have newer evidence. */
  merged: number
  /** Those that the ledger had already. */
  unchanged: number
  /** Rows that could not be read. */
  bad: number
  /** The first 100 of them. */
  badRows: BadRow[]
  /** Of the file. */
  bytes: number
  /** False if it ended at a bad row. */
  complete: boolean
}
