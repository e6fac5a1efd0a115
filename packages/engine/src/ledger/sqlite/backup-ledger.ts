import { randomUUID } from 'node:crypto'
import { linkSync, lstatSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { retryWhileBusy } from './busy-retry.ts'
import { EngineError } from '../../errors.ts'
import { makeFile } from './ledger-file.ts'
import { loadSqlite } from './load-sqlite.ts'
import { versionOf } from './migrations.ts'
import { ledgerError } from './sqlite-errors.ts'
import { connect } from './sqlite-open.ts'

/** What {@link backupLedger} takes. */
export interface BackupOptions {
  /** Called after each few MB, and at the end. Bytes. */
  progress?: (done: number, total: number) => void
}

/** Pages from one call of `progress` to the next. */
const pagesAStep = 1000

/**
 * Copies the file of an SQLite ledger while it is in use, by this or other processes: the copy is the ledger as it was at
 * one moment. It is done off the event loop. While it lasts, the write-ahead log grows by what is written meanwhile.
 *
 * @param file the path of the ledger, as for `sqliteLedger`
 * @param target the path of the copy, mode 0660; nothing may be there. It appears when it is complete
 * @throws EngineError `ELEDGERFILE` if there is no ledger, or something at `target`; `ELEDGERVERSION`, `ELEDGERDAMAGED` or
 * `ELEDGERIO`
 */
export async function backupLedger(file: string, target: string, options: BackupOptions = {}): Promise<void> {
  const source = resolve(file)
  const copy = resolve(target)
  if (lstatSync(source, { throwIfNoEntry: false })?.isFile() !== true)
    throw new EngineError('ELEDGERFILE', `${source} is no file; name the file of a ledger`)
  if (lstatSync(copy, { throwIfNoEntry: false })) throw taken(copy)
  const partial = `${copy}.${randomUUID()}.partial`
  try {
    makeFile(partial)
    await copyPages(source, partial, options.progress)
    // Unlike a new name for the same file, this fails if somebody was faster.
    linkSync(partial, copy)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') throw taken(copy)
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES' || code === 'EPERM')
      throw new EngineError('ELEDGERFILE', `${copy} cannot be made (${message}): check its directory`, {
        cause: error,
      })
    throw ledgerError(error, source)
  } finally {
    for (const end of ['', '-journal', '-wal', '-shm']) rmSync(`${partial}${end}`, { force: true })
  }
}

async function copyPages(
  source: string,
  partial: string,
  progress: BackupOptions['progress'],
): Promise<void> {
  const database = await retryWhileBusy(() => connect(source), source)
  try {
    await retryWhileBusy(() => versionOf(database, source), source)
    const { page_size: page } = database.prepare('PRAGMA page_size').get() as unknown as { page_size: number }
    // What is written meanwhile would make it begin anew with each step: so it copies what this transaction sees.
    database.exec('BEGIN')
    const { page_count: pages } = database.prepare('PRAGMA page_count').get() as unknown as {
      page_count: number
    }
    await loadSqlite().backup(database, partial, {
      rate: pagesAStep,
      progress: ({ totalPages, remainingPages }) =>
        progress?.((totalPages - remainingPages) * page, totalPages * page),
    })
    progress?.(pages * page, pages * page)
  } finally {
    database.close()
  }
}

function taken(copy: string): EngineError {
  return new EngineError('ELEDGERFILE', `${copy} exists, and a backup never overwrites: name another file`)
}
