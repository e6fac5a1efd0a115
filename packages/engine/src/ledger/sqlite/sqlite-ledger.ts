import { resolve } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { retryWhileBusy } from './busy-retry.ts'
import { Checkpoints } from './checkpoints.ts'
import { EntryCache } from './entry-cache.ts'
import { EngineError } from '../../errors.ts'
import { checkEventBounds, type EventBounds } from '../event-bounds.ts'
import type { Change, Count, Counts, Entry, EventQuery, Ledger, LedgerEvent, StoredEvent } from '../ledger.ts'
import { ReadQueue } from './read-queue.ts'
import { ledgerError } from './sqlite-errors.ts'
import { openLedgerFile } from './sqlite-open.ts'
import { SqliteReader } from './sqlite-reader.ts'
import { SqliteWriter } from './sqlite-writer.ts'
import { writeOf, type Write } from './write.ts'
import { WriteQueue } from './write-queue.ts'

/**
 * A ledger in an SQLite file, shared by as many processes of one machine as you like. Not for network file systems.
 *
 * What `write` resolved survives the end of the process, `kill -9` included. A power cut may lose the last seconds, but
 * never damages the file (WAL with synchronous NORMAL, https://www.sqlite.org/pragma.html#pragma_synchronous).
 *
 * The file is made if it is missing, with mode 0660, and so are all directories above it, with mode 2770. An older file
 * is brought to today's schema. Whoever can write the file decides who gets mail: keep it to the users that send.
 *
 * @param file a path; a relative one starts at the working directory
 * @param options how much of the event log is kept; `maxEvents` is 100,000 by default
 * @throws EngineError `EARGUMENT`, `ELEDGERFILE`, `ELEDGERVERSION`, `ELEDGERDAMAGED`, `ELEDGERBUSY` or `ELEDGERIO`
 */
export async function sqliteLedger(file: string, options: EventBounds = {}): Promise<Ledger> {
  const bounds = checkEventBounds(options, 100_000)
  const path = resolve(file)
  return new SqliteLedger(await openLedgerFile(path), path, bounds)
}

/**
 * One connection for look-ups and writes, on the host's thread and in slices of a few ms; a thread of its own for what
 * waits for the disk, see `Checkpoints`. Measured with 1 M addresses on two cores: 33,000 pairs of `admit` and `record` a
 * second at 200 at a time and 72 us for one alone. With the writes in a thread too it was 24,000 and 220 us, because a
 * message there and back costs more than the write, and each write of another connection empties the page cache of this one.
 */
class SqliteLedger implements Ledger {
  private readonly database: DatabaseSync
  private readonly file: string
  private readonly reader: SqliteReader
  private readonly reads: ReadQueue
  private readonly writes: WriteQueue<Write>
  private readonly checkpoints: Checkpoints
  private closing: Promise<void> | null = null

  constructor(database: DatabaseSync, file: string, bounds: Required<EventBounds>) {
    this.database = database
    this.file = file
    const cache = new EntryCache()
    this.reader = new SqliteReader(database, cache)
    this.reads = new ReadQueue((batch) => this.reader.readAll(batch), file)
    this.checkpoints = new Checkpoints(database, file)
    const writer = new SqliteWriter(database, bounds, cache)
    this.writes = new WriteQueue(
      (writes) => writer.commit(writes),
      () => this.checkpoints.written(writer.takeRows()),
      file,
    )
  }

  /** Whatever is in its way, `read` waits for it or tells it. */
  readonly peek = (key: string): Entry | null | undefined => {
    if (this.closing) return undefined
    try {
      return this.reader.readAll([[key]])[0]?.[0]
    } catch {
      return undefined
    }
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
    try {
      return await this.writes.add(writeOf(changes, events, counts))
    } catch (error) {
      throw ledgerError(error, this.file)
    }
  }

  async counts(groups: readonly string[]): Promise<Counts[]> {
    return this.attempt(() => this.reader.counts(groups))
  }

  async *list(prefix: string): AsyncIterable<Entry> {
    let last = ''
    for (;;) {
      const from = last
      const page = await this.attempt(() => this.reader.page(prefix, from))
      yield* page
      last = page.at(-1)?.key ?? ''
      if (page.length === 0) return
    }
  }

  async events(query: EventQuery = {}): Promise<StoredEvent[]> {
    const { subject = null, type = null, limit = 100, before = Infinity } = query
    const all: StoredEvent[] = []
    let from: number | null = before - 1
    while (from !== null && all.length < limit) {
      const start: number = from
      const { found, next } = await this.attempt(() =>
        this.reader.events({ subject, type, limit: limit - all.length }, start),
      )
      all.push(...found)
      from = next
      // A look through the whole log is done in slices.
      if (from !== null) await new Promise(setImmediate)
    }
    return all
  }

  close(): Promise<void> {
    this.closing ??= this.finish()
    return this.closing
  }

  private async finish(): Promise<void> {
    await Promise.all([this.writes.drain(), this.reads.drain()])
    await this.checkpoints.close()
    this.database.close()
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
    if (this.closing) throw new EngineError('ELEDGERCLOSED', `${this.file} was closed; open another ledger`)
  }
}
