import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { EntryCache } from './entry-cache.ts'
import type { Counts, Entry, StoredEvent } from '../ledger.ts'

interface Row {
  version: number
  value: string | null
}

/** What is asked of the event log. */
export interface EventQuery {
  subject: string | null
  type: string | null
  limit: number
}

/** Lines of the event log that one look goes through: a few ms. */
const eventsALook = 4000

/** The look-ups of a ledger on a connection of its own. Each call is one transaction and takes a few ms at most. */
export class SqliteReader {
  private readonly statements: ReturnType<typeof prepareReading>
  private readonly cache: EntryCache

  /** @param cache what is known of this file; whoever writes through the same connection has to keep it true */
  constructor(database: DatabaseSync, cache: EntryCache) {
    this.statements = prepareReading(database)
    this.cache = cache
  }

  /** Entries for each list of keys, as they were at one moment. Without a transaction if all of them are known. */
  readAll(batch: readonly (readonly string[])[]): (Entry | null)[][] {
    return this.known(batch) ?? this.lookUp(batch)
  }

  private known(batch: readonly (readonly string[])[]): (Entry | null)[][] | null {
    const all: (Entry | null)[][] = []
    for (const keys of batch) {
      const entries: (Entry | null)[] = []
      for (const key of keys) {
        const entry = this.cache.get(key)
        if (entry === undefined) return null
        entries.push(entry)
      }
      all.push(entries)
    }
    const before = this.cache.version
    this.cache.renew(this.dataVersion())
    return this.cache.version === before ? all : null
  }

  private lookUp(batch: readonly (readonly string[])[]): (Entry | null)[][] {
    const { begin, commit } = this.statements
    begin.run()
    try {
      this.cache.renew(this.dataVersion())
      return batch.map((keys) => keys.map((key) => this.entryOf(key)))
    } finally {
      commit.run()
    }
  }

  private entryOf(key: string): Entry | null {
    let entry = this.cache.get(key)
    if (entry === undefined) {
      const row = this.statements.get.get(key) as unknown as Row | undefined
      entry =
        row === undefined || row.value === null
          ? null
          : { key, version: row.version, value: JSON.parse(row.value) }
      this.cache.set(key, entry)
    }
    return entry
  }

  private dataVersion(): number {
    return (this.statements.dataVersion.get() as unknown as { data_version: number }).data_version
  }

  counts(groups: readonly string[]): Counts[] {
    return groups.map((group) => {
      const rows = this.statements.counts.all(group) as unknown as { field: string; n: number }[]
      return Object.fromEntries(rows.map(({ field, n }) => [field, n]))
    })
  }

  /** The next entries whose key begins with `prefix`, after the key `last`. */
  page(prefix: string, last: string): Entry[] {
    const rows = this.statements.list.all(prefix, last, last, `${prefix}\u{10FFFF}`) as unknown as (Row & {
      key: string
      value: string
    })[]
    return rows.map(({ key, version, value }) => ({ key, version, value: JSON.parse(value) }))
  }

  /**
   * Looks through a part of the event log, from the line `from` on, newest first. `next` is where to go on, `null` at
   * the end.
   */
  events({ subject, type, limit }: EventQuery, from: number): { found: StoredEvent[]; next: number | null } {
    const { events, oldestEvent, newestEvent } = this.statements
    const start = Math.min(from, (newestEvent.get() as { id: number | null }).id ?? 0)
    const end = start - eventsALook
    const rows = events.all(start, end, subject, subject, type, type, limit) as unknown as (Omit<
      StoredEvent,
      'data'
    > & { data: string })[]
    const found = rows.map(({ id, at, type: kind, subject: about, data }) => ({
      id,
      at,
      type: kind,
      subject: about,
      data: JSON.parse(data),
    }))
    const oldest = (oldestEvent.get() as { id: number | null }).id ?? Infinity
    return { found, next: end < oldest ? null : end }
  }
}

/** Parameters have no numbers: Node 22.18 takes no values for `?1`. */
function prepareReading(
  database: DatabaseSync,
): Record<
  'begin' | 'commit' | 'dataVersion' | 'get' | 'list' | 'counts' | 'events' | 'oldestEvent' | 'newestEvent',
  StatementSync
> {
  return {
    begin: database.prepare('BEGIN'),
    commit: database.prepare('COMMIT'),
    dataVersion: database.prepare('PRAGMA data_version'),
    get: database.prepare('SELECT version, value FROM entries WHERE key = ?'),
    // One lower bound: of two, SQLite begins at the first and goes through all that was read before.
    list: database.prepare(
      `SELECT key, version, value FROM entries
       WHERE key >= max(?, ?) AND key > ? AND key < ? AND value IS NOT NULL ORDER BY key LIMIT 500`,
    ),
    counts: database.prepare('SELECT field, n FROM counts WHERE grp = ?'),
    events: database.prepare(
      `SELECT id, at, type, subject, data FROM events
       WHERE id <= ? AND id > ? AND (? IS NULL OR subject = ?) AND (? IS NULL OR type = ?) ORDER BY id DESC LIMIT ?`,
    ),
    oldestEvent: database.prepare('SELECT min(id) AS id FROM events'),
    newestEvent: database.prepare('SELECT max(id) AS id FROM events'),
  }
}
