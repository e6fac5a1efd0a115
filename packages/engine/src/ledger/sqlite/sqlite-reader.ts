import type { DatabaseSync, StatementSync } from 'node:sqlite'
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

  constructor(database: DatabaseSync) {
    this.statements = prepareReading(database)
  }

  /** Entries for each list of keys. A key that several lists name, as a scope's, is looked up once. */
  readAll(batch: readonly (readonly string[])[]): (Entry | null)[][] {
    const { begin, commit, get } = this.statements
    const rows = new Map<string, Row | null>()
    begin.run()
    try {
      return batch.map((keys) =>
        keys.map((key) => {
          let row = rows.get(key)
          if (row === undefined) {
            row = (get.get(key) as unknown as Row | undefined) ?? null
            rows.set(key, row)
          }
          return row === null || row.value === null
            ? null
            : { key, version: row.version, value: JSON.parse(row.value) }
        }),
      )
    } finally {
      commit.run()
    }
  }

  counts(groups: readonly string[]): Counts[] {
    return groups.map((group) => {
      const rows = this.statements.counts.all(group) as unknown as { field: string; n: number }[]
      return Object.fromEntries(rows.map(({ field, n }) => [field, n]))
    })
  }

  /** The next entries whose key begins with `prefix`, after the key `last`. */
  page(prefix: string, last: string): Entry[] {
    const rows = this.statements.list.all(prefix, last, `${prefix}\u{10FFFF}`) as unknown as (Row & {
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
  'begin' | 'commit' | 'get' | 'list' | 'counts' | 'events' | 'oldestEvent' | 'newestEvent',
  StatementSync
> {
  return {
    begin: database.prepare('BEGIN'),
    commit: database.prepare('COMMIT'),
    get: database.prepare('SELECT version, value FROM entries WHERE key = ?'),
    list: database.prepare(
      `SELECT key, version, value FROM entries
       WHERE key >= ? AND key > ? AND key < ? AND value IS NOT NULL ORDER BY key LIMIT 500`,
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
