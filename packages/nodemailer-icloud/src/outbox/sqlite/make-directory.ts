import { mkdirSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/** Bodies may hold secrets: for the owner alone. */
const directoryMode = 0o700

/** Makes a directory, and those above it that are missing. */
export function makeDirectory(directory: string): void {
  // One by one: where a file system takes none, as /proc, Node's own recursive way tries for ever.
  const missing: string[] = []
  for (let at = resolve(directory); !isThere(at); at = dirname(at)) missing.push(at)
  for (const each of missing.toReversed()) {
    try {
      mkdirSync(each, { mode: directoryMode })
    } catch (error) {
      // Somebody else was faster.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !isThere(each)) throw error
    }
  }
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined
}
