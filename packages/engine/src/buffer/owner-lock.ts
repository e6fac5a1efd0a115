import { lstatSync, rmSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { loadSqlite } from '../ledger/sqlite/load-sqlite.ts'
import { makeFile } from '../ledger/sqlite/ledger-file.ts'
import { isBusy } from '../ledger/sqlite/sqlite-errors.ts'

/**
 * Tells that a process lives, and keeps others off its files: an empty SQLite file with an exclusive lock. The kernel lets
 * go of it when the process ends, however it ends. A process id would not do: containers that share a directory count
 * them anew, and the next process gets the same one.
 */
export class OwnerLock {
  private readonly path: string
  private readonly database: DatabaseSync

  private constructor(path: string, database: DatabaseSync) {
    this.path = path
    this.database = database
  }

  /**
   * `null` if somebody else has it. Throws if the file cannot be made or is no lock.
   */
  static take(path: string): OwnerLock | null {
    makeFile(path, 0o600)
    const before = lstatSync(path, { bigint: true, throwIfNoEntry: false })
    if (before === undefined) return null
    if (!before.isFile()) throw new Error(`${path} is not a regular file`)
    const { DatabaseSync } = loadSqlite()
    const database = new DatabaseSync(path, { timeout: 0 })
    try {
      // Nothing is ever written, so it keeps no journal file and needs no room on the disk.
      database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
      // Whoever had it may have removed the file before we had it: then this lock keeps nobody off.
      const after = lstatSync(path, { bigint: true, throwIfNoEntry: false })
      if (after?.ino === before.ino) return new OwnerLock(path, database)
    } catch (error) {
      database.close()
      if (isBusy(error)) return null
      throw error
    }
    database.close()
    return null
  }

  /** Nothing of this owner is left: its file goes too. */
  remove(): void {
    rmSync(this.path, { force: true })
    this.release()
  }

  /** Leaves what there is to whoever takes the lock next. */
  release(): void {
    if (this.database.isOpen) this.database.close()
  }
}
