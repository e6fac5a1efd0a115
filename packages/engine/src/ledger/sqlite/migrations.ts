import type { DatabaseSync } from 'node:sqlite'
import { EngineError } from '../../errors.ts'

/** "iCld", so that `file` and we can tell a ledger from other SQLite files. */
const applicationId = 0x69436c64

/**
 * The schema, as the steps that led to it: the first makes version 1 of nothing, the second makes version 2 of that. A
 * step that was published never changes.
 */
const migrations: readonly string[] = [
  `CREATE TABLE entries (key TEXT PRIMARY KEY, version INTEGER NOT NULL, value TEXT) WITHOUT ROWID, STRICT;
   CREATE TABLE events (
     id INTEGER PRIMARY KEY, at REAL NOT NULL, type TEXT NOT NULL, subject TEXT NOT NULL, data TEXT NOT NULL
   ) STRICT;
   CREATE INDEX events_by_subject ON events (subject, id);
   PRAGMA application_id = ${applicationId};`,

  `CREATE TABLE counts (
     grp TEXT NOT NULL, field TEXT NOT NULL, n REAL NOT NULL, until REAL NOT NULL, PRIMARY KEY (grp, field)
   ) WITHOUT ROWID, STRICT;
   CREATE INDEX counts_by_until ON counts (until);`,

  // Each event put a line into a random place of its index, and took another out when it was cut: as much to write as
  // all the rest of an outcome. The log is bounded, so the few who ask about one subject look through it. The other one
  // was written anew with each count, for a look through a small table now and then.
  'DROP INDEX events_by_subject; DROP INDEX counts_by_until;',
]

/** The version that this package reads and writes. */
export const schemaVersion: number = migrations.length

/** Whether nothing was ever stored in this file. */
export function isEmpty(database: DatabaseSync): boolean {
  return pragma(database, 'user_version') === 0 && pragma(database, 'schema_version') === 0
}

/**
 * The version of a ledger file.
 *
 * @throws EngineError `ELEDGERDAMAGED` for a file of another program, `ELEDGERVERSION` for one that is newer
 */
export function versionOf(database: DatabaseSync, file: string): number {
  if (pragma(database, 'application_id') !== applicationId) {
    throw new EngineError(
      'ELEDGERDAMAGED',
      `${file} is an SQLite file of another program. It was left as it is: name another file`,
    )
  }
  const version = pragma(database, 'user_version')
  if (version >= 1 && version <= schemaVersion) return version
  throw new EngineError(
    'ELEDGERVERSION',
    `${file} has schema version ${version}, this package knows 1 to ${schemaVersion}: update @icloud-delivery/engine in ` +
      'every process that shares the file. It was left as it is',
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
