import { EngineError, found } from '../errors.ts'
import type { Ledger } from './ledger.ts'
import { memoryLedger } from './memory-ledger.ts'
import { redisLedger } from './redis/redis-ledger.ts'
import { parseRedisUrl } from './redis/redis-url.ts'
import { sqliteLedger } from './sqlite/sqlite-ledger.ts'

/** What a ledger string names. */
export type LedgerTarget =
  | { kind: 'memory' }
  | { kind: 'sqlite'; file: string }
  | { kind: 'redis'; url: string }

/**
 * Reads a ledger string. Throws `ELEDGERURL` for one that is not known.
 *
 * @param url `memory:`, `file:` and a path, such as `file:./icloud.db` or `file:/var/lib/mail/icloud.db`, or
 *   `redis://host:port/db`
 */
export function parseLedgerUrl(url: string): LedgerTarget {
  if (url === 'memory:') return { kind: 'memory' }
  if (typeof url === 'string' && url.startsWith('file:')) {
    // `file:./a` is no URL that `new URL` keeps relative; `file:///a` is the long form of `file:/a`.
    const file = url.slice('file:'.length).replace(/^\/\/(?=\/)/, '')
    if (file !== '' && !file.startsWith('//') && !file.includes('\0')) return { kind: 'sqlite', file }
  }
  if (typeof url === 'string' && /^rediss?:/i.test(url)) {
    parseRedisUrl(url)
    return { kind: 'redis', url }
  }
  throw new EngineError(
    'ELEDGERURL',
    'a ledger must be "memory:", "file:" and a path such as "file:./icloud.db", or "redis://host:port/db", ' +
      `found ${found(withoutPassword(url))}`,
  )
}

/** What stands before an @ may be a password, also where the rest is mistyped. */
function withoutPassword(url: unknown): unknown {
  return typeof url === 'string' && url.includes('@') ? `...${url.slice(url.lastIndexOf('@'))}` : url
}

/**
 * Opens the ledger that a string names. The file and all directories above it are made if they are missing; a relative
 * path starts at the working directory.
 *
 * @param url `memory:` (gone when the process ends), `file:./icloud.db` (SQLite), or `redis://host:port/db` (Redis or Valkey),
 *   `rediss://` for TLS; with `?prefix=name` in front of its keys stands another name than `icloud`
 * @throws EngineError `ELEDGERURL`, and what {@link sqliteLedger} and {@link redisLedger} throw
 */
export async function openLedger(url: string): Promise<Ledger> {
  const target = parseLedgerUrl(url)
  if (target.kind === 'memory') return memoryLedger()
  return target.kind === 'sqlite' ? sqliteLedger(target.file) : redisLedger({ url: target.url })
}
