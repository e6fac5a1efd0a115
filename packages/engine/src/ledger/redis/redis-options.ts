import { EngineError, found } from '../../errors.ts'
import type { EventBounds } from '../event-bounds.ts'
import { parseRedisUrl, type RedisAddress } from './redis-url.ts'

/** A `Redis` or a `Cluster` of ioredis, as far as it concerns the types of this package. */
export interface IoredisClient {
  readonly isCluster: boolean
  duplicate(...options: never[]): unknown
}

/** What `redisLedger` takes. */
export interface RedisLedgerOptions extends EventBounds {
  /** `redis://host:port/db`, or `rediss://` for TLS; with `user:password@` in front of the host if need be. */
  url?: string
  /**
   * Instead of `url`: a `Redis` (also with Sentinel) or a `Cluster` of ioredis. The ledger connects with its settings, over
   * connections of its own: yours is neither used nor closed.
   */
  client?: IoredisClient
  /** In front of all keys, as hash tag: ledgers with different ones do not see each other. 1 to 64 letters, digits and `.:_-`. Default `icloud`. */
  prefix?: string
  /**
   * Seconds that Redis may take to answer, and to be connected. After that the call rejects, as its outcome is not known,
   * and the connection is made anew. From 0.1 to 60. Default 3.
   */
  timeoutSeconds?: number
}

/** Options as they were checked. */
export interface CheckedRedisOptions {
  /** For messages: without user and password. */
  where: string
  source: { address: RedisAddress } | { client: IoredisClient }
  prefix: string
  timeoutMs: number
}

const known: readonly string[] = [
  'url',
  'client',
  'prefix',
  'timeoutSeconds',
  'maxEvents',
  'maxEventAgeSeconds',
] satisfies (keyof RedisLedgerOptions)[]

/**
 * Checks the options of `redisLedger`.
 *
 * @throws EngineError `EARGUMENT`, which names the option, or `ELEDGERURL`
 */
export function checkRedisOptions(options: RedisLedgerOptions): CheckedRedisOptions {
  if (typeof options !== 'object' || options === null) throw wrong('the options', 'an object', options)
  for (const name of Object.keys(options))
    if (!known.includes(name)) throw wrong('the options', `only ${known.join(', ')}`, name)
  const { url, client, timeoutSeconds = 3 } = options
  if (!(typeof timeoutSeconds === 'number' && timeoutSeconds >= 0.1 && timeoutSeconds <= 60))
    throw wrong('timeoutSeconds', 'seconds from 0.1 to 60', timeoutSeconds)
  const common = { timeoutMs: timeoutSeconds * 1000 }
  if (client !== undefined) {
    if (url !== undefined) throw wrong('the options', 'either url or client', 'both')
    if (typeof client?.duplicate !== 'function')
      throw wrong('client', 'a Redis or a Cluster of ioredis', client)
    const where = client.isCluster ? 'the Redis cluster' : 'Redis'
    return { ...common, where, source: { client }, prefix: checkPrefix(options.prefix ?? 'icloud') }
  }
  const address = parseRedisUrl(url as string)
  const prefix = checkPrefix(options.prefix ?? address.prefix ?? 'icloud')
  return { ...common, where: address.where, source: { address }, prefix }
}

function checkPrefix(prefix: unknown): string {
  if (typeof prefix === 'string' && /^[\w.:-]{1,64}$/.test(prefix)) return prefix
  throw wrong('prefix', '1 to 64 letters, digits, ".", ":", "_" or "-"', prefix)
}

function wrong(what: string, expected: string, value: unknown): EngineError {
  return new EngineError('EARGUMENT', `redisLedger: ${what}: expected ${expected}, found ${found(value)}`)
}
