import { Redis } from 'ioredis'
import { expect, it } from 'vitest'
import { connect } from './connection.ts'
import type { OutboxConnection } from './outbox-connection.ts'

const here = { host: '127.0.0.1', port: 9, lazyConnect: true }

it.each<[string, OutboxConnection, number]>([
  ['a URL', 'redis://127.0.0.1:9', 5000],
  ['options', here, 5000],
  ['options that say more', { ...here, commandTimeout: 60_000 }, 60_000],
  ['a client', new Redis(here), 5000],
  ['a client that may take longer', new Redis({ ...here, commandTimeout: 60_000 }), 60_000],
])(
  'an answer may take its time, and nothing is sent again or waits for a server: %s',
  async (_, given, limit) => {
    const { options } = await connect(given)
    expect(options).toMatchObject({
      host: '127.0.0.1',
      port: 9,
      commandTimeout: limit,
      maxRetriesPerRequest: 0,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
    })
  },
)
