import { RedisServer, TcpProxy, hasRedisServer } from '@icloud-delivery/redis-for-tests'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { Claim } from '../outbox.ts'
import { entryFor, outboxContract } from '../outbox-contract.test.fixture.ts'
import { patiently } from '../outbox-stage.test.fixture.ts'
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
      make: (options) => bullmqOutbox({ connection: patiently(redis), name, ...options }),
      remove: async () => {},
    }
  })

  it('refuses a Redis that would forget messages, unless that is accepted', async () => {
    const forgetful = await RedisServer.start({ args: ['--appendonly', 'no'] })
    onTestFinished(() => forgetful.stop())
    const outbox = bullmqOutbox({ connection: patiently(forgetful) })
    const refused = { code: 'EOUTBOXUNSAFE', message: expect.stringContaining('appendonly yes') as string }
    await expect(outbox.open()).rejects.toMatchObject(refused)
    await expect(outbox.put(entryFor('anna@icloud.com'), body, null)).rejects.toMatchObject(refused)
    await forgetful.command('CONFIG', 'SET', 'appendonly', 'yes')
    await forgetful.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru')
    await expect(outbox.open()).rejects.toMatchObject({
      code: 'EOUTBOXUNSAFE',
      message: expect.stringContaining('allkeys-lru') as string,
    })
    const careless = bullmqOutbox({ connection: patiently(forgetful), acceptLoss: true })
    await careless.put(entryFor('anna@icloud.com'), body, null)
    await careless.close()
    await outbox.close()
  })

  it('takes a URL, the options and a client of ioredis', async () => {
    const { Redis } = await import('ioredis')
    const client = new Redis(redis.port, { commandTimeout: 60_000 })
    onTestFinished(() => client.disconnect())
    for (const connection of [redis.url, patiently(redis), client]) {
      const outbox = bullmqOutbox({ connection, name: `outbox-${names++}` })
      await outbox.put(entryFor('anna@icloud.com'), body, null)
      expect(await outbox.size()).toMatchObject({ waiting: 1 })
      await outbox.close()
    }
    expect(client.status).toBe('ready')
  })

  it('refuses a cluster, and says what to do', async () => {
    const node = await RedisServer.start({ cluster: true })
    onTestFinished(() => node.stop())
    const outbox = bullmqOutbox({ connection: patiently(node), acceptLoss: true })
    await expect(outbox.open()).rejects.toMatchObject({
      code: 'EOUTBOXCLUSTER',
      message: expect.stringContaining('single Redis') as string,
    })
    await outbox.close()
    const { Cluster } = await import('ioredis')
    const client = new Cluster([{ host: '127.0.0.1', port: node.port }], { lazyConnect: true })
    onTestFinished(() => client.disconnect())
    expect(() => bullmqOutbox({ connection: client })).toThrow(/cannot use a cluster/)
  })

  it('counts bytes by the message, whatever is done twice or left undone', async () => {
    const name = `outbox-${names++}`
    const outbox = bullmqOutbox({ connection: patiently(redis), name, maxMessages: 2 })
    onTestFinished(() => outbox.close())
    const stored = body.length + 1
    await Promise.all([1, 2, 3].map(() => outbox.put(entryFor('anna@icloud.com'), body, 'same')))
    expect(await outbox.size()).toMatchObject({ waiting: 1, bytes: stored })
    const [claim] = (await outbox.claim({ now: Date.now(), limit: 1 })).claims
    await outbox.save(claim!, claim!.entry!, true)
    await outbox.save(claim!, claim!.entry!, true)
    expect(await outbox.size()).toMatchObject({ bytes: 0 })
    await outbox.finish(claim!)
    await outbox.finish(claim!)
    expect(await outbox.size()).toEqual({ waiting: 0, dead: 0, bytes: 0 })

    // A process was killed after it had counted a message, and before it stored it; another tool removed a job.
    const { Redis } = await import('ioredis')
    const client = new Redis(redis.url)
    onTestFinished(() => client.disconnect())
    const long = Math.floor(Date.now() / 1000) - 3600
    await client.hset(`bull:${name}:outbox-sizes`, 'lost', `500 ${long}`)
    await client.incrby(`bull:${name}:outbox-bytes`, 500)
    const removed = await outbox.put(entryFor('bert@icloud.com'), body, null)
    expect(await outbox.size()).toMatchObject({ waiting: 1, bytes: 500 + stored })
    // It is full only by what is not there.
    await outbox.put(entryFor('cleo@icloud.com'), body, null)
    expect(await outbox.size()).toMatchObject({ waiting: 2, bytes: 2 * stored })
    const { Queue } = await import('bullmq')
    const queue = new Queue(name, { connection: client })
    await queue.remove(removed)
    await client.hset(`bull:${name}:outbox-sizes`, removed, `${stored} ${long}`)
    await outbox.close()
    await outbox.open()
    expect(await outbox.size()).toMatchObject({ waiting: 1, bytes: stored })
    await queue.close()
  })

  it.each([
    ['it was stored', 0],
    ['it was stored and counted', 1],
  ])('has a message once though a worker is done with it before it is known that %s', async (_, answers) => {
    const proxy = await TcpProxy.start(redis.port)
    onTestFinished(() => proxy.close())
    const name = `outbox-${names++}`
    const far = bullmqOutbox({ connection: patiently(proxy), name })
    const near = bullmqOutbox({ connection: patiently(redis), name })
    onTestFinished(async () => void (await Promise.all([far.close(), near.close()])))
    await far.open()
    let left = Infinity
    proxy.onRequest = (data) => {
      // Only what stores it holds the recipient.
      if (left === Infinity && data.includes('anna@icloud.com')) left = answers
      return true
    }
    proxy.onAnswer = () => left-- > 0
    const putting = far.put(entryFor('anna@icloud.com'), body, 'same')
    let claims: Claim[] = []
    while (claims.length === 0) claims = (await near.claim({ now: Date.now(), limit: 1 })).claims
    expect(await near.finish(claims[0]!)).toBe(true)
    proxy.onAnswer = () => true
    proxy.drop()
    expect(await putting).toBe('same')
    expect(await near.size()).toMatchObject({ waiting: 0 })
  })

  it('has a message that was stored, though Redis is gone before it is counted once more', async () => {
    const proxy = await TcpProxy.start(redis.port)
    const name = `outbox-${names++}`
    const far = bullmqOutbox({ connection: patiently(proxy), name })
    const near = bullmqOutbox({ connection: patiently(redis), name })
    onTestFinished(async () => void (await Promise.all([far.close(), near.close()])))
    await far.open()
    let isStoring = false
    let gone: Promise<void> = Promise.resolve()
    proxy.onRequest = (data) => {
      isStoring ||= data.includes('anna@icloud.com')
      return true
    }
    let answers = 0
    proxy.onAnswer = () => {
      if (!isStoring || answers++ === 0) return true
      if (answers === 2) gone = proxy.close()
      return false
    }
    expect(await far.put(entryFor('anna@icloud.com'), body, 'same')).toBe('same')
    await gone
    expect(answers).toBeGreaterThan(1)
    expect(await near.size()).toMatchObject({ waiting: 1, bytes: body.length + 1 })
  })

  it('gives mail out though Redis did not answer what BullMQ asks at the beginning', async () => {
    const proxy = await TcpProxy.start(redis.port)
    onTestFinished(() => proxy.close())
    const name = `outbox-${names++}`
    const near = bullmqOutbox({ connection: patiently(redis), name })
    const far = bullmqOutbox({
      connection: { host: '127.0.0.1', port: proxy.port, commandTimeout: 500 },
      name,
    })
    onTestFinished(async () => void (await Promise.all([far.close(), near.close()])))
    const id = await near.put(entryFor('anna@icloud.com'), body, null)
    while (
      await far.size().then(
        () => false,
        () => true,
      )
    );
    // ioredis asks first whether it can begin, and then BullMQ which version it is.
    let versions = 0
    proxy.onAnswer = (data) => {
      if (data.includes('redis_version')) versions++
      return versions < 2
    }
    const claim = (): Promise<{ claims: Claim[] }> => far.claim({ now: Date.now(), limit: 1 })
    await expect(claim()).rejects.toMatchObject({ code: 'EOUTBOXIO' })
    proxy.onAnswer = () => true
    proxy.drop()
    let claims: Claim[] = []
    while (claims.length === 0) {
      claims = await claim().then(
        (found) => found.claims,
        () => [],
      )
      await new Promise(setImmediate)
    }
    expect(claims).toMatchObject([{ id }])
  })

  it('keeps what it said to have through a restart of Redis, and has nothing of what it refused', async () => {
    const other = await RedisServer.start({ args: ['--appendfsync', 'always'] })
    onTestFinished(() => other.stop())
    const outbox = bullmqOutbox({ connection: patiently(other) })
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
