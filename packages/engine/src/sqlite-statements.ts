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
  events: StatementSync
  eventsOfSubject: StatementSync
}

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
      'UPDATE entries SET version = version + 1, value = ?2 WHERE key = ?1 AND version = ?3',
    ),
    list: database.prepare(
      `SELECT key, version, value FROM entries
       WHERE key >= ?1 AND key > ?2 AND key < ?3 AND value IS NOT NULL ORDER BY key LIMIT 500`,
    ),
    addEvent: database.prepare('INSERT INTO events (at, type, subject, data) VALUES (?, ?, ?, ?)'),
    // In steps, so that a ledger whose bound was lowered does not stop the event loop.
    dropEvents: database.prepare(
      'DELETE FROM events WHERE id <= ?1 AND id < (SELECT min(id) FROM events) + 2000',
    ),
    events: database.prepare(
      `SELECT ${columns} FROM events WHERE (?1 IS NULL OR type = ?1) ORDER BY id DESC LIMIT ?2`,
    ),
    eventsOfSubject: database.prepare(
      `SELECT ${columns} FROM events WHERE subject = ?3 AND (?1 IS NULL OR type = ?1) ORDER BY id DESC LIMIT ?2`,
    ),
  }
}
