import { RedisServer, hasRedisServer } from '@icloud-delivery/redis-for-tests'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { entryFor, outboxContract } from '../outbox-contract.test.fixture.ts'
import { bullmqOutbox } from './bullmq-outbox.ts'

const body = Buffer.from('From: shop@example.com\r\n\r\nHello\r\n')

describe.skipIf(!hasRedisServer())('with BullMQ', () => {
  let redis: RedisServer
  let names = 0
  beforeAll(async () => {
    redis = await RedisServer.start()
  })
  afterAll(() => redis.stop())

  outboxContract(async () => {
    const name = `outbox-${names++}`
    return {
      make: (options) => bullmqOutbox({ connection: redis.url, name, ...options }),
      remove: async () => {},
    }
  })

  it('refuses a Redis that would forget messages, unless that is accepted', async () => {
    const forgetful = await RedisServer.start({ args: ['--appendonly', 'no'] })
    onTestFinished(() => forgetful.stop())
    const outbox = bullmqOutbox({ connection: forgetful.url })
    const refused = { code: 'EOUTBOXUNSAFE', message: expect.stringContaining('appendonly yes') as string }
    await expect(outbox.open()).rejects.toMatchObject(refused)
    await expect(outbox.put(entryFor('anna@icloud.com'), body, null)).rejects.toMatchObject(refused)
    await forgetful.command('CONFIG', 'SET', 'appendonly', 'yes')
    await forgetful.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru')
    await expect(outbox.open()).rejects.toMatchObject({
      code: 'EOUTBOXUNSAFE',
      message: expect.stringContaining('allkeys-lru') as string,
    })
    const careless = bullmqOutbox({ connection: forgetful.url, acceptLoss: true })
    await careless.put(entryFor('anna@icloud.com'), body, null)
    await careless.close()
    await outbox.close()
  })

  it('takes the options and a client of ioredis too', async () => {
    const { Redis } = await import('ioredis')
    const client = new Redis(redis.url)
    onTestFinished(() => client.disconnect())
    for (const connection of [{ host: '127.0.0.1', port: redis.port }, client]) {
      const outbox = bullmqOutbox({ connection, name: `outbox-${names++}` })
      await outbox.put(entryFor('anna@icloud.com'), body, null)
      expect(await outbox.size()).toMatchObject({ waiting: 1 })
      await outbox.close()
    }
    expect(client.status).toBe('ready')
  })

  it('keeps what it said to have through a restart of Redis, and has nothing of what it refused', async () => {
    const other = await RedisServer.start()
    onTestFinished(() => other.stop())
    const outbox = bullmqOutbox({ connection: other.url })
    onTestFinished(() => outbox.close())
    await outbox.put(entryFor('a@icloud.com'), body, null)
    await other.kill()
    const failing = outbox.put(entryFor('b@icloud.com'), body, null)
    await expect(failing).rejects.toMatchObject({ code: 'EOUTBOXIO' })
    await other.restart()
    let size = await outbox.size().catch(() => null)
    while (size === null) {
      await new Promise((resolve) => setTimeout(resolve, 20))
      size = await outbox.size().catch(() => null)
    }
    expect(size).toMatchObject({ waiting: 1 })
    await outbox.put(entryFor('c@icloud.com'), body, null)
    const { claims } = await outbox.claim({ now: Date.now(), limit: 9 })
    expect(claims.map(({ entry }) => entry!.recipients[0]!.address)).toEqual(['a@icloud.com', 'c@icloud.com'])
  })
})
