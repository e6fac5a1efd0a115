import type { Redis, RedisOptions } from 'ioredis'
import { configError } from '../../config-error.ts'
import type { OutboxConnection, RedisClientLike } from './outbox-connection.ts'
import { OutboxError } from '../outbox-error.ts'

/** How long Redis may take for one answer, ms. */
export const answerMs = 5000

const filling = {
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  // Without 0, ioredis forgets to answer what was under way when the connection broke.
  maxRetriesPerRequest: 0,
  commandTimeout: answerMs,
} satisfies RedisOptions

/** @throws Error `ECONFIG` */
export function checkConnection(connection: unknown): asserts connection is OutboxConnection {
  const isRight = typeof connection === 'string' ? connection !== '' : typeof connection === 'object' && connection
  if (!isRight) throw configError('outbox.connection', '"redis://...", options or a client of ioredis', connection)
}

/**
 * Makes clients of ioredis. `filling`: who wants to store a message has to know in time that it cannot be stored, and nothing
 * may be stored after he has heard so.
 *
 * @throws OutboxError `EOUTBOXDRIVER` if ioredis is not installed
 */
export async function connect(connection: OutboxConnection, use: 'filling' | 'working'): Promise<Redis> {
  const more = use === 'filling' ? { ...filling, lazyConnect: true } : { maxRetriesPerRequest: null, lazyConnect: true }
  if (isClient(connection)) return (connection as Redis).duplicate(more)
  const { Redis: Client } = await load('ioredis', async () => import('ioredis'))
  return typeof connection === 'string' ? new Client(connection, more) : new Client({ ...(connection as object), ...more })
}

function isClient(connection: OutboxConnection): connection is RedisClientLike {
  return typeof (connection as Partial<RedisClientLike>).duplicate === 'function'
}

/** @throws OutboxError `EOUTBOXDRIVER` if it is not installed */
export async function load<T>(name: string, from: () => Promise<T>): Promise<T> {
  try {
    return await from()
  } catch (error) {
    const why = (error as Error).message.slice(0, 200)
    const about = `an outbox in Redis needs the package ${name}, which could not be loaded (${why}): npm install bullmq ioredis`
    throw new OutboxError('EOUTBOXDRIVER', about)
  }
}
