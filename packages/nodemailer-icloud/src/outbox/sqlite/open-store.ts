import { chmodSync, closeSync, lstatSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { OutboxError } from '../outbox-error.ts'
import { loadSqlite } from './load-sqlite.ts'
import { makeDirectory } from './make-directory.ts'
import { isEmpty, migrate, schemaVersion, versionOf } from './schema.ts'
import { busyLimitMs, storeError } from './store-error.ts'

/** Bodies may hold secrets: for the owner alone. */
const fileMode = 0o600
/** Pages of the write-ahead log from which a commit brings them into the file: 8 MiB. */
const checkpointPages = 2000

/**
 * Opens the file of an outbox, or makes it, and brings it to today's schema.
 *
 * @throws OutboxError `EOUTBOXFILE`, `EOUTBOXVERSION`, `EOUTBOXDAMAGED` or `EOUTBOXIO`; the file is left as it was
 */
export function openStore(file: string): DatabaseSync {
  const { DatabaseSync } = loadSqlite()
  let database: DatabaseSync | null = null
  try {
    prepareFile(file)
    if (lstatSync(file).size > 0) lookAt(file)
    // It is ours: what stands in it is nobody else's business.
    chmodSync(file, fileMode)
    database = new DatabaseSync(file, { timeout: busyLimitMs })
    database.exec(`PRAGMA trusted_schema = OFF; PRAGMA wal_autocheckpoint = ${checkpointPages}`)
    // What is deleted is overwritten, too.
    database.exec('PRAGMA secure_delete = ON')
    if (isEmpty(database)) useWal(database, file)
    if (isEmpty(database) || versionOf(database, file) < schemaVersion) migrate(database, file)
    versionOf(database, file)
    useWal(database, file)
    return database
  } catch (error) {
    database?.close()
    throw storeError(error, file)
  }
}

/** Refuses a symbolic link, also in place of the files that SQLite keeps beside it: it could lead the writes elsewhere. */
function prepareFile(file: string): void {
  try {
    makeDirectory(dirname(file))
    // An existing file is not opened: closing it would drop the locks that SQLite holds on it in this process.
    if (lstatSync(file, { throwIfNoEntry: false }) === undefined) makeFile(file)
  } catch (error) {
    const about = `${file} cannot be made (${(error as Error).message}): check its directory`
    throw new OutboxError('EOUTBOXFILE', about, { cause: error })
  }
  for (const each of [file, `${file}-wal`, `${file}-shm`, `${file}-journal`]) {
    const found = lstatSync(each, { throwIfNoEntry: false })
    if (found === undefined || found.isFile()) continue
    const what = found.isSymbolicLink()
      ? 'a symbolic link; name the file itself'
      : 'no regular file; name another'
    throw new OutboxError('EOUTBOXFILE', `${each} is ${what}`)
  }
}

function makeFile(file: string): void {
  try {
    closeSync(openSync(file, 'wx', fileMode))
  } catch (error) {
    // Another process was faster.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

/** Refuses what is not ours to write through a connection that cannot. */
function lookAt(file: string): void {
  const { DatabaseSync } = loadSqlite()
  const database = new DatabaseSync(file, { timeout: busyLimitMs, readOnly: true })
  try {
    if (!isEmpty(database)) versionOf(database, file)
  } finally {
    database.close()
  }
}

function useWal(database: DatabaseSync, file: string): void {
  const mode = database.prepare('PRAGMA journal_mode = WAL').get()?.['journal_mode']
  if (mode === 'wal') return
  throw new OutboxError('EOUTBOXFILE', `${file} cannot use a write-ahead log; put it on a local disk`)
}
