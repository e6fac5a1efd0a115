import { chmodSync, closeSync, lstatSync, mkdirSync, openSync, statSync, type Stats } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { EngineError } from '../../errors.ts'

/** Owner and group; what is made in the directory belongs to the group of the directory. */
const directoryMode = 0o2770
const fileMode = 0o660

/**
 * Makes the file, and its directory, with modes of our own. Refuses a symbolic link, also in place of the files that
 * SQLite keeps beside it: it could lead the writes elsewhere.
 *
 * @throws EngineError `ELEDGERFILE`
 */
export function prepareFile(file: string): void {
  try {
    makeDirectory(dirname(file))
    makeFile(file)
  } catch (error) {
    const { message } = error as Error
    throw new EngineError('ELEDGERFILE', `${file} cannot be made (${message}): check its directory`, {
      cause: error,
    })
  }
  for (const each of [file, `${file}-wal`, `${file}-shm`, `${file}-journal`]) {
    const found = lstatSync(each, { throwIfNoEntry: false })
    if (found !== undefined && !found.isFile()) throw new EngineError('ELEDGERFILE', notAFile(each, found))
  }
}

/** What tells this file from another one that takes its name. */
export function fileIdentity(file: string): string {
  const { dev, ino } = lstatSync(file, { bigint: true })
  return `${dev}:${ino}`
}

/** Makes a new file, by default with the mode of a ledger. False if there is something of that name. */
export function makeFile(file: string, mode: number = fileMode): boolean {
  try {
    // An existing file is not opened: closing it would drop the locks that SQLite holds on it in this process.
    closeSync(openSync(file, 'wx', mode))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
  // The umask may have taken the group's rights away.
  chmodSync(file, mode)
  return true
}

/** Makes a directory, and those above it that are missing, with modes of our own. */
export function makeDirectory(directory: string): void {
  // One by one: where a file system takes none, as /proc, Node's own recursive way tries for ever.
  const missing: string[] = []
  for (let at = resolve(directory); !isThere(at); at = dirname(at)) missing.push(at)
  for (const each of missing.toReversed()) {
    try {
      mkdirSync(each, { mode: directoryMode })
    } catch (error) {
      // Somebody else was faster.
      if ((error as NodeJS.ErrnoException).code === 'EEXIST' && isThere(each)) continue
      throw error
    }
    // `mkdir` itself heeds the umask and ignores the set-group-ID bit.
    chmodSync(each, directoryMode)
  }
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined
}

function notAFile(path: string, found: Stats): string {
  return found.isSymbolicLink()
    ? `${path} is a symbolic link; name the file itself`
    : `${path} is not a regular file; name another file`
}
