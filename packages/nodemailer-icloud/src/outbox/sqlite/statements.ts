import type { DatabaseSync, StatementSync } from 'node:sqlite'

/** Parameters have no numbers: Node 22.18 takes no values for `?1`. */
export function prepareStatements(
  database: DatabaseSync,
): Record<
  | 'begin'
  | 'commit'
  | 'totals'
  | 'byKey'
  | 'add'
  | 'addBody'
  | 'due'
  | 'nextDue'
  | 'take'
  | 'body'
  | 'renew'
  | 'save'
  | 'cut'
  | 'release'
  | 'one'
  | 'remove'
  | 'dropBody'
  | 'addDead'
  | 'page'
  | 'deadPage'
  | 'removeIdle'
  | 'removeDead'
  | 'allDue'
  | 'oneDue'
  | 'revive',
  StatementSync
> {
  return {
    begin: database.prepare('BEGIN IMMEDIATE'),
    commit: database.prepare('COMMIT'),
    totals: database.prepare('SELECT waiting, dead, bytes FROM totals'),
    byKey: database.prepare('SELECT id FROM waiting WHERE key = ?'),
    add: database.prepare('INSERT INTO waiting (due_at, lease, bytes, entry, key) VALUES (?, ?, ?, ?, ?)'),
    addBody: database.prepare('INSERT INTO bodies (id, body) VALUES (?, ?)'),
    due: database.prepare('SELECT id, bytes, entry FROM waiting WHERE due_at <= ? ORDER BY due_at LIMIT ?'),
    nextDue: database.prepare('SELECT min(due_at) AS at FROM waiting'),
    take: database.prepare('UPDATE waiting SET due_at = ?, lease = ? WHERE id = ?'),
    body: database.prepare('SELECT body FROM bodies WHERE id = ?'),
    renew: database.prepare('UPDATE waiting SET due_at = ? WHERE id = ? AND lease = ?'),
    save: database.prepare('UPDATE waiting SET entry = ? WHERE id = ? AND lease = ?'),
    cut: database.prepare('UPDATE waiting SET bytes = 0 WHERE id = ?'),
    release: database.prepare(
      'UPDATE waiting SET due_at = ?, lease = NULL, entry = ? WHERE id = ? AND lease = ?',
    ),
    one: database.prepare('SELECT bytes, entry FROM waiting WHERE id = ?'),
    remove: database.prepare('DELETE FROM waiting WHERE id = ? AND lease = ?'),
    dropBody: database.prepare('DELETE FROM bodies WHERE id = ?'),
    addDead: database.prepare('INSERT INTO dead (id, reason, bytes, entry) VALUES (?, ?, ?, ?)'),
    page: database.prepare(
      'SELECT id, entry, bytes, lease, due_at FROM waiting WHERE id > ? ORDER BY id LIMIT ?',
    ),
    deadPage: database.prepare('SELECT id, entry, bytes, reason FROM dead WHERE id > ? ORDER BY id LIMIT ?'),
    removeIdle: database.prepare('DELETE FROM waiting WHERE id = ? AND (lease IS NULL OR due_at <= ?)'),
    removeDead: database.prepare('DELETE FROM dead WHERE id = ?'),
    allDue: database.prepare('UPDATE waiting SET due_at = 0 WHERE lease IS NULL'),
    oneDue: database.prepare('UPDATE waiting SET due_at = 0 WHERE id = ? AND (lease IS NULL OR due_at <= ?)'),
    revive: database.prepare(
      `INSERT INTO waiting (id, due_at, lease, bytes, entry)
       SELECT id, 0, NULL, bytes, entry FROM dead WHERE id = ? AND bytes > 0`,
    ),
  }
}
