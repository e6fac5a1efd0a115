import { stringify } from 'csv-stringify/sync'
import { ownColumns, toCells } from './csv-row.ts'
import type { Parts } from '../../engine-core.ts'
import { recipientPages } from '../recipient-pages.ts'
import { argument } from '../../subject.ts'
import type { Suppression } from '../../state/suppression.ts'

/** `csv`: a header and a row each. `ndjson`: one JSON object a line. UTF-8, lines end with a line feed. */
export type TransferFormat = 'csv' | 'ndjson'

/** What {@link Engine.export} takes. */
export interface ExportOptions {
  format: TransferFormat
  /** Called every 250 recipients, with how many suppressions were written. */
  progress?: (rows: number) => void
  /** Stops it: reading on rejects with the signal's reason. */
  signal?: AbortSignal
}

const write: Readonly<Record<TransferFormat, (some: readonly Suppression[]) => string>> = {
  csv: (some) => stringify(some.map(toCells), { record_delimiter: '\n' }),
  ndjson: (some) => some.map((one) => `${JSON.stringify(one)}\n`).join(''),
}

/** Answers {@link Engine.export}. */
export function exportSuppressions(parts: Parts, options: ExportOptions): AsyncIterable<string> {
  const format: unknown = options?.format
  if (format !== 'csv' && format !== 'ndjson') throw argument('export', 'format', "'csv' or 'ndjson'", format)
  return pieces(parts, options, format)
}

async function* pieces(
  parts: Parts,
  { progress, signal }: ExportOptions,
  format: TransferFormat,
): AsyncIterable<string> {
  if (format === 'csv') yield stringify([[...ownColumns]], { record_delimiter: '\n' })
  let rows = 0
  for await (const page of recipientPages(parts.ledger, signal)) {
    const some = page.flatMap(({ entry }) => entry.value.suppressions ?? [])
    rows += some.length
    if (some.length > 0) yield write[format](some)
    progress?.(rows)
  }
}
