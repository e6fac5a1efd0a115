import type { Cluster, Redis, RedisOptions } from 'ioredis'
import { EngineError } from '../../errors.ts'
import type { CheckedRedisOptions } from './redis-options.ts'

/** What `RedisConnection` uses of ioredis' `Redis` and `Cluster`. */
export interface Client {
  readonly status: string
  on(event: 'ready' | 'close', listener: () => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  off(event: 'ready' | 'close', listener: () => void): unknown
  connect(): Promise<void>
  call(command: string, args: readonly (string | number)[]): Promise<unknown>
  quit(): Promise<unknown>
  disconnect(reconnect?: boolean): void
}

const longestPauseMs = 1000

/**
 * A client that is not connected yet, with the settings that a ledger needs whatever else is set: nothing waits in a queue
 * for a server that is away, and nothing that was sent is ever sent again. A write whose answer did not come may have been
 * applied, so only whoever asked for it can know what to do: read again and decide again.
 *
 * @throws EngineError `ELEDGERDRIVER` if ioredis is missing
 */
export async function ioredisClient({ source, timeoutMs }: CheckedRedisOptions): Promise<Client> {
  const pause = (times: number): number => Math.min(times * 50, longestPauseMs)
  const settings = {
    lazyConnect: true,
    enableOfflineQueue: false,
    enableAutoPipelining: false,
    // Without 0, ioredis forgets to answer what was under way when the connection broke.
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    connectTimeout: timeoutMs,
    // Only for what is not waited for: `RedisConnection` ends all that is, and knows a process that stood still.
    socketTimeout: 3 * timeoutMs,
    disconnectTimeout: 0,
    maxLoadingRetryTime: 100,
    retryStrategy: pause,
    // A server that has become a replica: find the new one. 1, so that nothing is sent again.
    reconnectOnError: (error: Error) => (error.message.startsWith('READONLY') ? 1 : false),
  } satisfies RedisOptions
  if ('client' in source) {
    const client = source.client as unknown as Redis | Cluster
    if (!client.isCluster) return (client as Redis).duplicate(settings) as unknown as Client
    const { retryStrategy: _, ...ofNodes } = settings
    return (client as Cluster).duplicate([], {
      lazyConnect: true,
      enableOfflineQueue: false,
      enableAutoPipelining: false,
      scaleReads: 'master',
      // This one sends again what may have been done.
      retryDelayOnFailover: 0,
      clusterRetryStrategy: pause,
      slotsRefreshTimeout: timeoutMs,
      redisOptions: ofNodes,
    }) as unknown as Client
  }
  const RedisClass = await loadRedis()
  const { host, port, db, tls, username, password } = source.address
  const account = { ...(username === null ? {} : { username }), ...(password === null ? {} : { password }) }
  const all = { ...settings, host, port, db, ...account, ...(tls ? { tls: {} } : {}) }
  return new RedisClass(all) as unknown as Client
}

async function loadRedis(): Promise<typeof Redis> {
  try {
    return (await import('ioredis')).Redis
  } catch (error) {
    throw new EngineError(
      'ELEDGERDRIVER',
      'a ledger in Redis needs the package ioredis 6, which could not be loaded ' +
        `(${(error as Error).message.slice(0, 200)}): npm install ioredis@6`,
    )
  }
}
