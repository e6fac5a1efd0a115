import { EngineError, found } from '../errors.ts'
import type { Ledger } from './ledger.ts'
import { memoryLedger } from './memory-ledger.ts'
import { sqliteLedger } from './sqlite/sqlite-ledger.ts'

/** What a ledger string names. */
export type LedgerTarget = { kind: 'memory' } | { kind: 'sqlite'; file: string }

/**
 * Reads a ledger string. Throws `ELEDGERURL` for one that is not known.
 *
 * @param url `memory:` or `file:` and a path, such as `file:./icloud.db` or `file:/var/lib/mail/icloud.db`
 */
export function parseLedgerUrl(url: string): LedgerTarget {
  if (url === 'memory:') return { kind: 'memory' }
  if (typeof url === 'string' && url.startsWith('file:')) {
    // `file:./a` is no URL that `new URL` keeps relative; `file:///a` is the long form of `file:/a`.
    const file = url.slice('file:'.length).replace(/^\/\/(?=\/)/, '')
    if (file !== '' && !file.startsWith('//') && !file.includes('\0')) return { kind: 'sqlite', file }
  }
  throw new EngineError(
    'ELEDGERURL',
    `a ledger must be "memory:" or "file:" and a path such as "file:./icloud.db", found ${found(url)}`,
  )
}

/**
 * Opens the ledger that a string names. The file and all directories above it are made if they are missing; a relative
 * path starts at the working directory.
 *
 * @param url `memory:` (gone when the process ends) or `file:./icloud.db` (SQLite)
 * @throws EngineError `ELEDGERURL`, and what {@link sqliteLedger} throws
 */
export async function openLedger(url: string): Promise<Ledger> {
  const target = parseLedgerUrl(url)
  return target.kind === 'memory' ? memoryLedger() : sqliteLedger(target.file)
}
