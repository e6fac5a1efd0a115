import type { DatabaseSync } from 'node:sqlite'
import { OutboxError } from '../outbox-error.ts'

/** "iOut", so that `file` and we can tell an outbox from other SQLite files. */
const applicationId = 0x694f7574

/**
 * The schema, as the steps that led to it. A step that was published never changes.
 *
 * `due_at` is also the end of a lease: so the messages of a worker that died become due by themselves. Bodies are apart,
 * or each change of a message would write its body anew.
 */
const migrations: readonly string[] = [
  `CREATE TABLE waiting (
     id INTEGER PRIMARY KEY AUTOINCREMENT, due_at REAL NOT NULL, lease TEXT, bytes INTEGER NOT NULL, entry TEXT NOT NULL,
     key TEXT
   ) STRICT;
   CREATE UNIQUE INDEX waiting_by_key ON waiting (key) WHERE key IS NOT NULL;
   CREATE INDEX waiting_by_due ON waiting (due_at);
   CREATE TABLE dead (id INTEGER PRIMARY KEY, reason TEXT NOT NULL, bytes INTEGER NOT NULL, entry TEXT NOT NULL) STRICT;
   CREATE TABLE bodies (id INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;
   CREATE TABLE totals (waiting INTEGER NOT NULL, dead INTEGER NOT NULL, bytes INTEGER NOT NULL) STRICT;
   INSERT INTO totals VALUES (0, 0, 0);
   CREATE TRIGGER waiting_added AFTER INSERT ON waiting BEGIN
     UPDATE totals SET waiting = waiting + 1, bytes = bytes + new.bytes;
   END;
   CREATE TRIGGER waiting_gone AFTER DELETE ON waiting BEGIN
     UPDATE totals SET waiting = waiting - 1, bytes = bytes - old.bytes;
   END;
   CREATE TRIGGER waiting_cut AFTER UPDATE OF bytes ON waiting WHEN new.bytes <> old.bytes BEGIN
     UPDATE totals SET bytes = bytes - old.bytes + new.bytes;
   END;
   CREATE TRIGGER dead_added AFTER INSERT ON dead BEGIN
     UPDATE totals SET dead = dead + 1, bytes = bytes + new.bytes;
   END;
   CREATE TRIGGER dead_gone AFTER DELETE ON dead BEGIN
     UPDATE totals SET dead = dead - 1, bytes = bytes - old.bytes;
   END;
   PRAGMA application_id = ${applicationId};`,
]

/** The version that this package reads and writes. */
export const schemaVersion: number = migrations.length

/** Whether nothing was ever stored in this file. */
export function isEmpty(database: DatabaseSync): boolean {
  return pragma(database, 'user_version') === 0 && pragma(database, 'schema_version') === 0
}

/**
 * The version of an outbox file.
 *
 * @throws OutboxError `EOUTBOXDAMAGED` for a file of another program, `EOUTBOXVERSION` for one that is newer
 */
export function versionOf(database: DatabaseSync, file: string): number {
  if (pragma(database, 'application_id') !== applicationId) {
    throw new OutboxError(
      'EOUTBOXDAMAGED',
      `${file} is an SQLite file, but no outbox. It was left as it is: name another file`,
    )
  }
  const version = pragma(database, 'user_version')
  if (version >= 1 && version <= schemaVersion) return version
  throw new OutboxError(
    'EOUTBOXVERSION',
    `${file} has schema version ${version}, this package knows 1 to ${schemaVersion}: update nodemailer-icloud in every ` +
      'process that shares the file. It was left as it is',
  )
}

/** Brings the file to {@link schemaVersion}: all steps or none. Other processes may do the same at the same time. */
export function migrate(database: DatabaseSync, file: string): void {
  database.exec('BEGIN IMMEDIATE')
  try {
    // Another process may have been faster, so the version counts that is found under the lock.
    const from = isEmpty(database) ? 0 : versionOf(database, file)
    for (const step of migrations.slice(from)) database.exec(step)
    if (from < schemaVersion) database.exec(`PRAGMA user_version = ${schemaVersion}`)
    database.exec('COMMIT')
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

function pragma(database: DatabaseSync, name: 'user_version' | 'schema_version' | 'application_id'): number {
  return database.prepare(`PRAGMA ${name}`).get()?.[name] as number
}
