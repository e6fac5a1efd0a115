import { resolve } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { retryWhileBusy } from './busy-retry.ts'
import { EngineError } from '../../errors.ts'
import type { Change, Count, Counts, Entry, Ledger, LedgerEvent, StoredEvent } from '../ledger.ts'
import { ledgerError } from './sqlite-errors.ts'
import { openDatabase } from './sqlite-open.ts'
import { prepareStatements, type Statements } from './sqlite-statements.ts'
import { ReadQueue } from './read-queue.ts'
import { WriteQueue } from './write-queue.ts'

interface Write {
  changes: readonly { key: string; expected: number; json: string | null }[]
  events: readonly { at: number; type: string; subject: string; json: string }[]
  counts: readonly Count[]
}

interface Row {
  key: string
  version: number
  value: string | null
}

/** Events between two cuts of the event log. */
const cutEvery = 500

/**
 * A ledger in an SQLite file, shared by as many processes of one machine as you like. Not for network file systems.
 *
 * What `write` resolved survives the end of the process, `kill -9` included. A power cut may lose the last moments, but
 * never damages the file (WAL with synchronous NORMAL, https://www.sqlite.org/pragma.html#pragma_synchronous).
 *
 * The file is made if it is missing, with mode 0660, and so are all directories above it, with mode 0770. Whoever can write it decides who gets mail: keep it to the users that send.
 *
 * @param file a path; a relative one starts at the working directory
 * @param options `maxEvents`: lines of the event log that are kept, the newest. Default 100,000.
 * @throws EngineError `ELEDGERFILE`, `ELEDGERVERSION`, `ELEDGERDAMAGED`, `ELEDGERBUSY` or `ELEDGERIO`
 */
export async function sqliteLedger(file: string, options: { maxEvents?: number } = {}): Promise<Ledger> {
  const path = resolve(file)
  return new SqliteLedger(await openDatabase(path), path, options.maxEvents ?? 100_000)
}

class SqliteLedger implements Ledger {
  private readonly database: DatabaseSync
  private readonly file: string
  private readonly maxEvents: number
  private readonly statements: Statements
  private readonly writes: WriteQueue<Write>
  private readonly reads: ReadQueue
  private closed = false
  private eventsSinceCut = 0
  private latestCount = -Infinity

  constructor(database: DatabaseSync, file: string, maxEvents: number) {
    this.database = database
    this.file = file
    this.maxEvents = maxEvents
    this.statements = prepareStatements(database)
    this.writes = new WriteQueue((writes) => this.commit(writes), file)
    this.reads = new ReadQueue((batch) => this.readAll(batch), file)
  }

  async read(keys: readonly string[]): Promise<(Entry | null)[]> {
    this.refuseIfClosed()
    try {
      return await this.reads.add(keys)
    } catch (error) {
      throw ledgerError(error, this.file)
    }
  }

  async write(
    changes: readonly Change[],
    events: readonly LedgerEvent[] = [],
    counts: readonly Count[] = [],
  ): Promise<boolean> {
    this.refuseIfClosed()
    const write: Write = {
      changes: changes.map(({ key, expected, value }) => ({
        key,
        expected,
        json: value == null ? null : JSON.stringify(value),
      })),
      events: events.map(({ at, type, subject, data }) => ({
        at,
        type,
        subject,
        json: JSON.stringify(data),
      })),
      counts,
    }
    try {
      return await this.writes.add(write)
    } catch (error) {
      throw ledgerError(error, this.file)
    }
  }

  async counts(groups: readonly string[]): Promise<Counts[]> {
    return this.attempt(() =>
      groups.map((group) => {
        const rows = this.statements.counts.all(group) as unknown as { field: string; n: number }[]
        return Object.fromEntries(rows.map(({ field, n }) => [field, n]))
      }),
    )
  }

  async *list(prefix: string): AsyncIterable<Entry> {
    const end = `${prefix}\u{10FFFF}`
    let last = ''
    for (;;) {
      const from = last
      const rows = await this.attempt(() => this.statements.list.all(prefix, from, end) as unknown as Row[])
      for (const row of rows) {
        last = row.key
        const entry = await this.attempt(() => entryOf(row))
        if (entry) yield entry
      }
      if (rows.length === 0) return
    }
  }

  async events(query: { subject?: string; type?: string; limit?: number } = {}): Promise<StoredEvent[]> {
    const { subject, type = null, limit = 100 } = query
    return this.attempt(() => {
      const rows =
        subject === undefined
          ? this.statements.events.all(type, type, limit)
          : this.statements.eventsOfSubject.all(subject, type, type, limit)
      return (rows as unknown as (Omit<StoredEvent, 'data'> & { data: string })[]).map(
        ({ id, at, type: kind, subject: about, data }) => ({
          id,
          at,
          type: kind,
          subject: about,
          data: JSON.parse(data),
        }),
      )
    })
  }

  async close(): Promise<void> {
    if (this.closed) return
    this.closed = true
    await this.writes.drain()
    this.database.close()
  }

  private readAll(batch: readonly (readonly string[])[]): (Entry | null)[][] {
    const { begin, commit } = this.statements
    begin.run()
    try {
      return batch.map((keys) => keys.map((key) => this.get(key)))
    } finally {
      commit.run()
    }
  }

  private get(key: string): Entry | null {
    const row = this.statements.get.get(key) as Omit<Row, 'key'> | undefined
    return row === undefined ? null : entryOf({ key, version: row.version, value: row.value })
  }

  private async attempt<T>(action: () => T): Promise<T> {
    this.refuseIfClosed()
    try {
      return await retryWhileBusy(action, this.file)
    } catch (error) {
      throw ledgerError(error, this.file)
    }
  }

  private refuseIfClosed(): void {
    if (this.closed) throw new EngineError('ELEDGERCLOSED', `${this.file} was closed; open another ledger`)
  }

  private commit(writes: readonly Write[]): boolean[] {
    this.statements.beginWrite.run()
    try {
      const applied = writes.map((write) => this.apply(write))
      this.addCounts(writes.filter((_, index) => applied[index]))
      this.cutEvents()
      this.statements.commit.run()
      return applied
    } catch (error) {
      // SQLite ends the transaction by itself after some errors, such as a full disk.
      if (this.database.isTransaction) this.database.exec('ROLLBACK')
      throw error
    }
  }

  /** All of a write or nothing of it, without a word to the others in its transaction. */
  private apply({ changes, events }: Write): boolean {
    const [first] = changes
    if (changes.length === 1 && first) {
      if (!this.change(first)) return false
    } else {
      if (changes.some(({ key, expected }) => (this.get(key)?.version ?? 0) !== expected)) return false
      for (const change of changes) this.change(change)
    }
    for (const { at, type, subject, json } of events) this.statements.addEvent.run(at, type, subject, json)
    this.eventsSinceCut += events.length
    return true
  }

  private change({ key, expected, json }: Write['changes'][number]): boolean {
    const { insert, update } = this.statements
    return (expected === 0 ? insert.run(key, json) : update.run(json, key, expected)).changes === 1
  }

  /** Many writers count the same things: one statement for each thing, not for each writer. */
  private addCounts(writes: readonly Write[]): void {
    const sums = new Map<string, { count: Count; by: number; until: number }>()
    for (const { counts } of writes) {
      for (const count of counts) {
        const key = `${count.group}\n${count.field}`
        const until = count.at + count.keepMs
        const sum = sums.get(key)
        if (sum === undefined) sums.set(key, { count, by: count.by, until })
        else {
          sum.by += count.by
          sum.until = Math.max(sum.until, until)
        }
        this.latestCount = Math.max(this.latestCount, count.at)
      }
    }
    for (const { count, by, until } of sums.values()) {
      this.statements.addCount.run(count.group, count.field, by, until)
    }
  }

  private cutEvents(): void {
    if (this.eventsSinceCut < cutEvery) return
    this.eventsSinceCut = 0
    this.statements.dropCounts.run(this.latestCount)
    const newest = this.statements.events.get(null, null, 1) as { id: number } | undefined
    if (newest) this.statements.dropEvents.run(newest.id - this.maxEvents)
  }
}

function entryOf({ key, version, value }: Row): Entry | null {
  return value === null ? null : { key, version, value: JSON.parse(value) }
}
