import type { Redis, RedisOptions } from 'ioredis'
import { configError } from '../../config-error.ts'
import type { OutboxConnection, RedisClientLike } from './outbox-connection.ts'
import { OutboxError } from '../outbox-error.ts'

/** How long Redis may take for one answer where the options of ioredis do not say it, ms. */
const answerMs = 5000

const settings = {
  lazyConnect: true,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  // Without 0, ioredis forgets to answer what was under way when the connection broke.
  maxRetriesPerRequest: 0,
} satisfies RedisOptions

/** @throws Error `ECONFIG` */
export function checkConnection(connection: unknown): asserts connection is OutboxConnection {
  const isRight =
    typeof connection === 'string' ? connection !== '' : typeof connection === 'object' && connection
  if (!isRight)
    throw configError('outbox.connection', '"redis://...", options or a client of ioredis', connection)
  if ((connection as { isCluster?: unknown }).isCluster === true)
    throw configError(
      'outbox.connection',
      'a single Redis, for the outbox cannot use a cluster',
      'a client of a cluster',
    )
}

/**
 * A client of ioredis that is not connected yet. Nothing waits in it for a server that is away, and nothing is sent again: who
 * wants to store something has to know in time that it cannot be stored, and only he can know what to do then.
 *
 * @throws OutboxError `EOUTBOXDRIVER` if ioredis is not installed
 */
export async function connect(connection: OutboxConnection): Promise<Redis> {
  if (isClient(connection)) {
    const client = connection as Redis
    return client.duplicate(settingsWith(client.options))
  }
  const { Redis: Client } = await load('ioredis', async () => import('ioredis'))
  if (typeof connection === 'string') return new Client(connection, settingsWith({}))
  return new Client({ ...(connection as object), ...settingsWith(connection) })
}

function settingsWith({
  commandTimeout = answerMs,
}: RedisOptions): typeof settings & { commandTimeout: number } {
  return { ...settings, commandTimeout }
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
