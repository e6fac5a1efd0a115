import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { EntryCache } from './entry-cache.ts'
import type { EventBounds } from '../event-bounds.ts'
import { EventCuts } from '../event-cuts.ts'
import type { Count } from '../ledger.ts'
import type { Write } from './write.ts'

/** How long a transaction may keep the event loop, and other processes; the rest goes into the next one. */
const sliceMs = 5
/** Events between two cuts of the event log. */
const cutEvery = 500
/** Cuts of the event log between two looks through the counts for those that are out of date. */
const cutsASweep = 10

interface Sum {
  group: string
  field: string
  by: number
  until: number
}

/** The transactions of a ledger on a connection of its own. It decides nothing and waits for nothing. */
export class SqliteWriter {
  private readonly database: DatabaseSync
  private readonly cache: EntryCache
  private readonly maxEvents: number
  private readonly eventCuts: EventCuts
  private readonly statements: ReturnType<typeof prepareWriting>
  private rows = 0
  private eventsSinceCut = 0
  private cuts = 0
  /** The time of the latest count, ms since the epoch. Not the greatest time: a clock may have been wrong for a while. */
  private countedAt = -Infinity

  /** @param cache what is known of this file: what is written here is taken out */
  constructor(
    database: DatabaseSync,
    { maxEvents, maxEventAgeSeconds }: Required<EventBounds>,
    cache: EntryCache,
  ) {
    this.database = database
    this.cache = cache
    this.maxEvents = maxEvents
    this.eventCuts = new EventCuts(maxEventAgeSeconds)
    this.statements = prepareWriting(database)
  }

  /**
   * One transaction for the first writes of a list: as many as get into {@link sliceMs}. Says for each of them whether it
   * was applied. Throws if none was, also for a lock: then it can be tried again.
   */
  commit(writes: readonly Write[]): boolean[] {
    const until = performance.now() + sliceMs
    const applied: boolean[] = []
    const sums = new Map<string, Sum>()
    this.statements.begin.run()
    try {
      for (const write of writes) {
        const done = this.apply(write)
        if (done) this.sum(write.counts, sums)
        if (applied.push(done) % 8 === 0 && performance.now() > until) break
      }
      for (const { group, field, by, until: kept } of sums.values())
        this.statements.addCount.run(group, field, by, kept)
      this.cut()
      this.statements.commit.run()
      return applied
    } catch (error) {
      // SQLite ends the transaction by itself after some errors, such as a full disk.
      if (this.database.isTransaction) this.database.exec('ROLLBACK')
      throw error
    }
  }

  /** The rows that were written since the last time this was asked. */
  takeRows(): number {
    const { rows } = this
    this.rows = 0
    return rows
  }

  /** All of a write or nothing of it, without a word to the others in its transaction. */
  private apply({ changes, events }: Write): boolean {
    // Also if it is not applied: somebody else was faster.
    for (const { key } of changes) this.cache.forget(key)
    const [first] = changes
    if (changes.length === 1 && first) {
      if (!this.change(first)) return false
    } else {
      if (changes.some(({ key, expected }) => this.versionOf(key) !== expected)) return false
      for (const change of changes) this.change(change)
    }
    for (const { at, type, subject, json } of events) {
      this.statements.addEvent.run(at, type, subject, json)
      this.eventCuts.note(at)
    }
    this.eventsSinceCut += events.length
    this.rows += changes.length + events.length
    return true
  }

  private change({ key, expected, json }: Write['changes'][number]): boolean {
    const { insert, update } = this.statements
    return (expected === 0 ? insert.run(key, json) : update.run(json, key, expected)).changes === 1
  }

  private versionOf(key: string): number {
    const row = this.statements.version.get(key) as { version: number } | undefined
    return row?.version ?? 0
  }

  /** Many writers count the same things: one statement for each thing, not for each writer. */
  private sum(counts: readonly Count[], sums: Map<string, Sum>): void {
    for (const { group, field, by, at, keepMs } of counts) {
      const key = `${group}\n${field}`
      const sum = sums.get(key)
      if (sum === undefined) sums.set(key, { group, field, by, until: at + keepMs })
      else {
        sum.by += by
        sum.until = Math.max(sum.until, at + keepMs)
      }
      this.countedAt = at
    }
  }

  private cut(): void {
    const old = this.eventCuts.take()
    if (old !== null) this.statements.dropOldEvents.run(old.before, old.after)
    if (this.eventsSinceCut < cutEvery) return
    this.eventsSinceCut = 0
    this.statements.dropEvents.run(this.maxEvents)
    if (this.cuts++ % cutsASweep === 0) this.statements.dropCounts.run(this.countedAt)
  }
}

/** A deleted entry stays as a row without a value, so that versions only grow. Parameters have no numbers: Node 22.18 takes no values for `?1`. */
function prepareWriting(
  database: DatabaseSync,
): Record<
  | 'begin'
  | 'commit'
  | 'version'
  | 'insert'
  | 'update'
  | 'addEvent'
  | 'dropEvents'
  | 'dropOldEvents'
  | 'addCount'
  | 'dropCounts',
  StatementSync
> {
  return {
    begin: database.prepare('BEGIN IMMEDIATE'),
    commit: database.prepare('COMMIT'),
    version: database.prepare('SELECT version FROM entries WHERE key = ? AND value IS NOT NULL'),
    insert: database.prepare(
      `INSERT INTO entries (key, version, value) VALUES (?, 1, ?)
       ON CONFLICT (key) DO UPDATE SET version = entries.version + 1, value = excluded.value WHERE entries.value IS NULL`,
    ),
    update: database.prepare(
      'UPDATE entries SET version = version + 1, value = ? WHERE key = ? AND version = ?',
    ),
    addEvent: database.prepare('INSERT INTO events (at, type, subject, data) VALUES (?, ?, ?, ?)'),
    // In steps, so that a ledger whose bound was lowered does not keep the others waiting.
    dropEvents: database.prepare(
      `DELETE FROM events WHERE id <= (SELECT max(id) FROM events) - ? AND id < (SELECT min(id) FROM events) + 2000`,
    ),
    // The oldest ones up to the first that may stay, in steps too.
    dropOldEvents: database.prepare(
      `DELETE FROM events WHERE id < coalesce(
         (SELECT id FROM (SELECT id, at FROM events ORDER BY id LIMIT 2000) WHERE at >= ? AND at <= ? ORDER BY id LIMIT 1),
         (SELECT min(id) FROM events) + 2000)`,
    ),
    addCount: database.prepare(
      `INSERT INTO counts (grp, field, n, until) VALUES (?, ?, ?, ?)
       ON CONFLICT (grp, field) DO UPDATE SET n = counts.n + excluded.n, until = max(counts.until, excluded.until)`,
    ),
    dropCounts: database.prepare('DELETE FROM counts WHERE until < ?'),
  }
}
