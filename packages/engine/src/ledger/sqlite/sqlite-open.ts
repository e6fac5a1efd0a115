import { chmodSync, closeSync, lstatSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { retryWhileBusy } from './busy-retry.ts'
import { EngineError } from '../../errors.ts'
import { ledgerError } from './sqlite-errors.ts'

const schemaVersion = 2
/** "iCld", so that `file` and we can tell a ledger from other SQLite files. */
const applicationId = 0x69436c64

const schema = `
  CREATE TABLE entries (key TEXT PRIMARY KEY, version INTEGER NOT NULL, value TEXT) WITHOUT ROWID, STRICT;
  CREATE TABLE events (
    id INTEGER PRIMARY KEY, at REAL NOT NULL, type TEXT NOT NULL, subject TEXT NOT NULL, data TEXT NOT NULL
  ) STRICT;
  CREATE INDEX events_by_subject ON events (subject, id);
  CREATE TABLE counts (
    grp TEXT NOT NULL, field TEXT NOT NULL, n REAL NOT NULL, until REAL NOT NULL, PRIMARY KEY (grp, field)
  ) WITHOUT ROWID, STRICT;
  CREATE INDEX counts_by_until ON counts (until);
  PRAGMA application_id = ${applicationId};
  PRAGMA user_version = ${schemaVersion};
`

/**
 * Opens a ledger file, or makes it: WAL, synchronous NORMAL, no waiting for locks inside SQLite.
 *
 * @throws EngineError `ELEDGERFILE`, `ELEDGERVERSION`, `ELEDGERDAMAGED`, `ELEDGERBUSY` or `ELEDGERIO`; the file is left
 * as it was
 */
export async function openDatabase(file: string): Promise<DatabaseSync> {
  const { DatabaseSync } = loadSqlite()
  let database: DatabaseSync | null = null
  try {
    prepareFile(file)
    const opened = new DatabaseSync(file, { timeout: 0 })
    database = opened
    await retryWhileBusy(() => prepareDatabase(opened, file), file)
    return opened
  } catch (error) {
    database?.close()
    throw ledgerError(error, file)
  }
}

/** Loaded here and not at the top: who keeps the ledger in memory needs no Node that has SQLite. */
function loadSqlite(): typeof import('node:sqlite') {
  const own = Object.getOwnPropertyDescriptor(process, 'emitWarning')
  // Node 22 warns that SQLite is experimental, which tells the user of a mail program nothing. Nothing else runs
  // between here and the end of `try`.
  process.emitWarning = () => {}
  try {
    const sqlite = process.getBuiltinModule?.('node:sqlite')
    if (sqlite) return sqlite
  } finally {
    if (own) Object.defineProperty(process, 'emitWarning', own)
    else Reflect.deleteProperty(process, 'emitWarning')
  }
  throw new EngineError(
    'ELEDGERFILE',
    `a ledger in a file needs Node 22.13 or newer, found ${process.version}; update Node or use memoryLedger()`,
  )
}

/** Makes the file with a mode of our own, and refuses a symbolic link: it could lead the writes elsewhere. */
function prepareFile(file: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o770 })
    if (makeFile(file)) return
  } catch (error) {
    const { message } = error as Error
    throw new EngineError('ELEDGERFILE', `${file} cannot be made (${message}): check its directory`, {
      cause: error,
    })
  }
  const found = lstatSync(file)
  if (found.isFile()) return
  const what = found.isSymbolicLink() ? 'a symbolic link' : 'not a regular file'
  throw new EngineError('ELEDGERFILE', `${file} is ${what}; name the file itself`)
}

/** False if there is something of that name already. An existing file is not opened here: closing it would drop SQLite's locks. */
function makeFile(file: string): boolean {
  try {
    closeSync(openSync(file, 'wx', 0o660))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
  // The umask may have taken the group's rights away.
  chmodSync(file, 0o660)
  return true
}

function prepareDatabase(database: DatabaseSync, file: string): void {
  database.exec('PRAGMA trusted_schema = OFF; PRAGMA synchronous = NORMAL')
  if (isEmpty(database)) {
    useWal(database, file)
    database.exec('BEGIN IMMEDIATE')
    try {
      // Another process may have been faster.
      if (isEmpty(database)) database.exec(schema)
      database.exec('COMMIT')
    } catch (error) {
      database.exec('ROLLBACK')
      throw error
    }
  }
  checkVersion(database, file)
  useWal(database, file)
}

function isEmpty(database: DatabaseSync): boolean {
  return pragma(database, 'user_version') === 0 && pragma(database, 'schema_version') === 0
}

function checkVersion(database: DatabaseSync, file: string): void {
  if (pragma(database, 'application_id') !== applicationId) {
    throw new EngineError(
      'ELEDGERDAMAGED',
      `${file} is an SQLite file of another program. It was left as it is: name another file`,
    )
  }
  const version = pragma(database, 'user_version')
  if (version === schemaVersion) return
  throw new EngineError(
    'ELEDGERVERSION',
    `${file} has schema version ${String(version)}, this package knows ${schemaVersion}: update @icloud-delivery/engine in ` +
      'every process that shares the file. It was left as it is',
  )
}

function useWal(database: DatabaseSync, file: string): void {
  const mode = database.prepare('PRAGMA journal_mode = WAL').get()?.journal_mode
  if (mode === 'wal') return
  throw new EngineError('ELEDGERFILE', `${file} cannot use a write-ahead log; put it on a local disk`)
}

function pragma(database: DatabaseSync, name: 'user_version' | 'schema_version' | 'application_id'): unknown {
  return database.prepare(`PRAGMA ${name}`).get()?.[name]
}
