import { lstatSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { retryWhileBusy } from './busy-retry.ts'
import { EngineError } from '../../errors.ts'
import { fileIdentity, prepareFile } from './ledger-file.ts'
import { loadSqlite } from './load-sqlite.ts'
import { isEmpty, migrate, schemaVersion, versionOf } from './migrations.ts'
import { ledgerError } from './sqlite-errors.ts'

/**
 * Opens a ledger file, or makes it, and brings it to today's schema.
 *
 * @throws EngineError `ELEDGERFILE`, `ELEDGERVERSION`, `ELEDGERDAMAGED`, `ELEDGERBUSY` or `ELEDGERIO`; the file is left
 * as it was
 */
export async function openLedgerFile(file: string): Promise<DatabaseSync> {
  let database: DatabaseSync | null = null
  try {
    prepareFile(file)
    if (lstatSync(file).size > 0) await retryWhileBusy(() => lookAt(file), file)
    const opened = await retryWhileBusy(() => connect(file), file)
    database = opened
    await retryWhileBusy(() => prepareDatabase(opened, file), file)
    return opened
  } catch (error) {
    database?.close()
    throw ledgerError(error, file)
  }
}

/**
 * A connection to a file that {@link openLedgerFile} has prepared. It makes no checkpoints.
 *
 * @param waitMs how long SQLite stops the thread for a lock
 * @param identity what `fileIdentity` said when the file was prepared: another file in its place is refused
 */
export function connect(file: string, waitMs = 0, identity?: string): DatabaseSync {
  const { DatabaseSync } = loadSqlite()
  if (identity !== undefined && lstatSync(file, { throwIfNoEntry: false }) === undefined)
    throw new EngineError('ELEDGERFILE', `${file} was removed while it was in use; start this program anew`)
  if (identity !== undefined && fileIdentity(file) !== identity)
    throw new EngineError('ELEDGERFILE', `${file} was replaced while it was in use; start this program anew`)
  const database = new DatabaseSync(file, { timeout: waitMs })
  try {
    database.exec('PRAGMA trusted_schema = OFF; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0')
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/**
 * Refuses what is not ours to write through a connection that cannot: an ordinary one that is closed again would put
 * what stands in the write-ahead log into the file.
 */
function lookAt(file: string): void {
  const { DatabaseSync } = loadSqlite()
  const database = new DatabaseSync(file, { timeout: 0, readOnly: true })
  try {
    if (!isEmpty(database)) versionOf(database, file)
  } finally {
    database.close()
  }
}

function prepareDatabase(database: DatabaseSync, file: string): void {
  if (isEmpty(database)) useWal(database, file)
  if (isEmpty(database) || versionOf(database, file) < schemaVersion) migrate(database, file)
  versionOf(database, file)
  useWal(database, file)
}

function useWal(database: DatabaseSync, file: string): void {
  const mode = database.prepare('PRAGMA journal_mode = WAL').get()?.journal_mode
  if (mode === 'wal') return
  throw new EngineError('ELEDGERFILE', `${file} cannot use a write-ahead log; put it on a local disk`)
}
