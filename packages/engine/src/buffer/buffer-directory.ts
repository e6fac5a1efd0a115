import { lstatSync } from 'node:fs'
import { constants, open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { makeDirectory } from '../ledger/sqlite/ledger-file.ts'

const namePattern = /^(\d+-[0-9a-f]{16})-\d{8}\.outcomes(\.done)?$|^(\d+-[0-9a-f]{16})\.lock$/
/** Longer than any file that is written here. Bytes. */
const largestFile = 64 * 1024 * 1024
const noFollow = constants.O_NOFOLLOW ?? 0

/** What is in the directory of one owner: a process, or what was one. */
export interface OwnedFiles {
  /** File names, oldest first. */
  outcomes: string[]
  /** Files whose outcomes are all in the ledger. */
  done: string[]
}

/** The directory of the buffer and the names in it: `<pid>-<random>.lock` and `<pid>-<random>-<number>.outcomes`. */
export class BufferDirectory {
  readonly path: string

  constructor(path: string) {
    this.path = path
  }

  /** Makes it if it is missing, with mode 2770. Throws if it is a symbolic link, or no directory. */
  prepare(): void {
    makeDirectory(this.path)
    this.refuseLink()
  }

  file(name: string): string {
    return join(this.path, name)
  }

  lockFile(owner: string): string {
    return join(this.path, `${owner}.lock`)
  }

  /** The files by owner; empty if there is no directory. */
  async look(): Promise<Map<string, OwnedFiles>> {
    const found = new Map<string, OwnedFiles>()
    let names: string[]
    try {
      names = await readdir(this.path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return found
      throw error
    }
    this.refuseLink()
    for (const name of names.toSorted()) {
      const [match, owner, isDone, lockOwner] = namePattern.exec(name) ?? []
      const of = owner ?? lockOwner
      if (match === undefined || of === undefined) continue
      const files = found.get(of) ?? { outcomes: [], done: [] }
      found.set(of, files)
      if (owner !== undefined) (isDone === undefined ? files.outcomes : files.done).push(name)
    }
    return found
  }

  /** The bytes of a file. Follows no symbolic link. */
  async read(name: string): Promise<Buffer> {
    const file = await open(this.file(name), constants.O_RDONLY | noFollow)
    try {
      const stat = await file.stat()
      if (!stat.isFile() || stat.size > largestFile) throw new Error(`${name} is no file of outcomes`)
      return await file.readFile()
    } finally {
      await file.close()
    }
  }

  async rename(name: string, to: string): Promise<void> {
    await rename(this.file(name), this.file(to))
    await this.sync()
  }

  async remove(name: string): Promise<void> {
    await rm(this.file(name), { force: true })
  }

  /** Makes new names and removed ones last. Windows has no such call for directories, and needs none. */
  async sync(): Promise<void> {
    if (process.platform === 'win32') return
    const directory = await open(this.path, 'r')
    try {
      await directory.sync()
    } finally {
      await directory.close()
    }
  }

  private refuseLink(): void {
    if (!lstatSync(this.path).isDirectory()) throw new Error(`${this.path} is not a directory of its own`)
  }
}
