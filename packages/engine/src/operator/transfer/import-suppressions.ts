import { auditOf } from '../audit.ts'
import { streamsOf } from '../by-hand.ts'
import { changeMany } from '../change-many.ts'
import { CsvReader } from './csv-reader.ts'
import type { Parts } from '../../engine-core.ts'
import type { ImportOptions, ImportSummary } from './import-options.ts'
import { linesOf, type Source } from './lines.ts'
import { withImported } from './merge-imported.ts'
import { NdjsonReader } from './ndjson-reader.ts'
import { readSuppression, type Imported, type ImportDefaults } from './read-suppression.ts'
import { pageSize } from '../recipient-pages.ts'
import type { Row, RowReader } from './row.ts'
import { argument } from '../../subject.ts'

const mostBadRows = 100

/** Answers {@link Engine.import}. */
export async function importSuppressions(
  parts: Parts,
  source: Source,
  options: ImportOptions,
): Promise<ImportSummary> {
  const defaults = check(parts, source, options)
  const audit = auditOf('import', options)
  const task = new Import(parts, options, defaults)
  const log = (step: string): Promise<boolean> => {
    const { rows, added, merged, unchanged, bad, bytes } = task.summary
    const counts = { rows, added, merged, unchanged, bad, bytes }
    const data = { step, format: options.format, origin: defaults.origin, ...counts, ...audit }
    return parts.ledger.write([], [{ at: parts.clock(), type: 'audit', subject: 'import', data }])
  }
  await log('begun')
  try {
    await task.run(source)
  } catch (error) {
    // Why it ended is what the caller has to hear, even if the ledger is what is out of reach.
    await log('stopped').catch(() => {})
    throw error
  }
  await log(task.summary.complete ? 'done' : 'stopped')
  return task.summary
}

function check(parts: Parts, source: Source, options: ImportOptions): ImportDefaults {
  // A string would be read letter by letter, and is the name of a file, most likely.
  const isSource =
    typeof source === 'object' &&
    source !== null &&
    (Symbol.asyncIterator in source || Symbol.iterator in source)
  if (!isSource || source instanceof Uint8Array)
    throw argument('import', 'the source', 'a stream such as createReadStream(file)', source)
  const { format, origin = 'import', note } = options ?? {}
  if (format !== 'csv' && format !== 'ndjson') throw argument('import', 'format', "'csv' or 'ndjson'", format)
  if (!Object.hasOwn(streamsOf, origin))
    throw argument('import', 'origin', Object.keys(streamsOf).join(', '), origin)
  const streams: unknown = options.streams ?? streamsOf[origin]
  const isStreams =
    Array.isArray(streams) &&
    streams.length > 0 &&
    streams.every((one) => typeof one === 'string' && one !== '')
  if (!isStreams) throw argument('import', 'streams', 'an array of at least one stream', streams)
  const { note: kept = null } = auditOf('import', note === undefined ? {} : { note })
  return { mailboxOf: parts.mailboxOf, origin, streams: streams as string[], note: kept, now: parts.clock() }
}

/** One file on its way into the ledger. */
class Import {
  readonly summary: ImportSummary = {
    rows: 0,
    added: 0,
    merged: 0,
    unchanged: 0,
    bad: 0,
    badRows: [],
    bytes: 0,
    complete: true,
  }
  private waiting = new Map<string, Imported[]>()
  private waitingRows = 0
  private readonly parts: Parts
  private readonly options: ImportOptions
  private readonly defaults: ImportDefaults

  constructor(parts: Parts, options: ImportOptions, defaults: ImportDefaults) {
    this.parts = parts
    this.options = options
    this.defaults = defaults
  }

  async run(source: Source): Promise<void> {
    const { format, signal } = this.options
    const reader: RowReader = format === 'csv' ? new CsvReader() : new NdjsonReader()
    const took = (bytes: number): void => {
      this.summary.bytes += bytes
    }
    signal?.throwIfAborted()
    for await (const lines of linesOf(source, took)) {
      await this.take(reader.read(lines))
      if (!this.summary.complete) break
      signal?.throwIfAborted()
    }
    if (this.summary.complete) await this.take(reader.end())
    await this.write()
  }

  private async take(rows: readonly Row[]): Promise<void> {
    for (const row of rows) {
      const imported = 'problem' in row ? row : readSuppression(row, this.defaults)
      this.summary.rows++
      if ('problem' in imported) {
        this.summary.bad++
        if (this.summary.badRows.length < mostBadRows)
          this.summary.badRows.push({ line: row.line, reason: imported.problem })
        if (this.options.stopAtBadRow !== true) continue
        this.summary.complete = false
        return
      }
      const { recipient } = imported.suppression
      this.waiting.set(recipient, [...(this.waiting.get(recipient) ?? []), imported])
      this.waitingRows++
      if (this.waitingRows >= pageSize) {
        await this.write()
        this.options.signal?.throwIfAborted()
      }
    }
  }

  private async write(): Promise<void> {
    const { waiting, waitingRows, summary } = this
    this.waiting = new Map()
    this.waitingRows = 0
    // In the order of the keys, which a ledger on a disk writes faster.
    const targets = [...waiting.keys()].toSorted().map((address) => ({ address }))
    const written = await changeMany(this.parts, targets, (address, before) => {
      let state = before
      let added = 0
      let merged = 0
      for (const imported of waiting.get(address) ?? []) {
        const next = withImported(state, imported)
        if (next === state) continue
        if (next.suppressions?.length === state.suppressions?.length) merged++
        else added++
        state = next
      }
      return state === before ? null : { state, events: [], result: { added, merged } }
    })
    let changed = 0
    for (const { added, merged } of written) {
      summary.added += added
      summary.merged += merged
      changed += added + merged
    }
    summary.unchanged += waitingRows - changed
    this.options.progress?.(summary.rows, summary.bytes)
  }
}
