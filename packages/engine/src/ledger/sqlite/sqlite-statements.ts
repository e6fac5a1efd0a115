import type { DatabaseSync, StatementSync } from 'node:sqlite'

/** The prepared statements of a ledger. A deleted entry stays as a row without a value, so that versions only grow. */
export interface Statements {
  begin: StatementSync
  beginWrite: StatementSync
  commit: StatementSync
  get: StatementSync
  insert: StatementSync
  update: StatementSync
  list: StatementSync
  addEvent: StatementSync
  dropEvents: StatementSync
  addCount: StatementSync
  counts: StatementSync
  dropCounts: StatementSync
  events: StatementSync
  eventsOfSubject: StatementSync
}

/** Parameters have no numbers: Node 22.18 takes no values for `?1`. */
export function prepareStatements(database: DatabaseSync): Statements {
  const columns = 'id, at, type, subject, data'
  return {
    begin: database.prepare('BEGIN'),
    beginWrite: database.prepare('BEGIN IMMEDIATE'),
    commit: database.prepare('COMMIT'),
    get: database.prepare('SELECT version, value FROM entries WHERE key = ?'),
    insert: database.prepare(
      `INSERT INTO entries (key, version, value) VALUES (?, 1, ?)
       ON CONFLICT (key) DO UPDATE SET version = entries.version + 1, value = excluded.value WHERE entries.value IS NULL`,
    ),
    update: database.prepare(
      'UPDATE entries SET version = version + 1, value = ? WHERE key = ? AND version = ?',
    ),
    list: database.prepare(
      `SELECT key, version, value FROM entries
       WHERE key >= ? AND key > ? AND key < ? AND value IS NOT NULL ORDER BY key LIMIT 500`,
    ),
    addEvent: database.prepare('INSERT INTO events (at, type, subject, data) VALUES (?, ?, ?, ?)'),
    // In steps, so that a ledger whose bound was lowered does not stop the event loop.
    dropEvents: database.prepare(
      'DELETE FROM events WHERE id <= ? AND id < (SELECT min(id) FROM events) + 2000',
    ),
    addCount: database.prepare(
      `INSERT INTO counts (grp, field, n, until) VALUES (?, ?, ?, ?)
       ON CONFLICT (grp, field) DO UPDATE SET n = counts.n + excluded.n, until = max(counts.until, excluded.until)`,
    ),
    counts: database.prepare('SELECT field, n FROM counts WHERE grp = ?'),
    dropCounts: database.prepare('DELETE FROM counts WHERE until < ?'),
    events: database.prepare(
      `SELECT ${columns} FROM events WHERE (? IS NULL OR type = ?) ORDER BY id DESC LIMIT ?`,
    ),
    eventsOfSubject: database.prepare(
      `SELECT ${columns} FROM events WHERE subject = ? AND (? IS NULL OR type = ?) ORDER BY id DESC LIMIT ?`,
    ),
  }
}
