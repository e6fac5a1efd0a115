import { RedisServer, hasRedisServer } from '@icloud-delivery/redis-for-tests'
import { Cluster, Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ledgerContract } from '../ledger-contract.ts'
import { openAgain, readAgain } from './again.test.fixture.ts'
import { redisLedger } from './redis-ledger.ts'

const canRun = hasRedisServer()
let server: RedisServer
let cluster: Cluster
let made = 0

beforeAll(async () => {
  if (!canRun) return
  server = await RedisServer.start({ cluster: true })
  cluster = new Cluster([{ host: '127.0.0.1', port: server.port }])
})
afterAll(async () => {
  if (!canRun) return
  cluster.disconnect()
  await server.stop()
})

describe.skipIf(!canRun)('the Redis ledger on a cluster', () => {
  it.each(ledgerContract)('$name', async ({ run }) => {
    const ledger = await redisLedger({ client: cluster, prefix: `cluster-${made++}`, timeoutSeconds: 60 })
    try {
      await expect(run(ledger)).resolves.toBeUndefined()
    } finally {
      await ledger.close()
    }
  })

  it('leaves the client that it was given as it is', async () => {
    const client = new Redis(server.port, '127.0.0.1', { keyPrefix: 'mine:' })
    const ledger = await redisLedger({ client, prefix: 'given', timeoutSeconds: 60 })
    await ledger.write([{ key: 'recipient/anna@icloud.com', expected: 0, value: 1 }])
    const listed: string[] = []
    for await (const { key } of ledger.list('recipient/')) listed.push(key)
    expect(listed).toEqual(['recipient/anna@icloud.com'])
    await ledger.close()
    expect(await client.ping()).toBe('PONG')
    expect(await client.exists('{given}/recipient/anna@icloud.com')).toBe(1)
    client.disconnect()
    expect(await cluster.ping()).toBe('PONG')
  })

  it('rejects what was under way when a node does not answer any more, and finds it again', async () => {
    const settings = { client: cluster, prefix: 'fault' }
    const patient = await redisLedger({ ...settings, timeoutSeconds: 60 })
    await patient.write([{ key: 'k', expected: 0, value: 1 }])
    await patient.close()
    const ledger = await openAgain({ ...settings, timeoutSeconds: 1 })
    server.pause()
    const writing = ledger.write([{ key: 'new', expected: 0, value: 1 }])
    await expect(writing).rejects.toMatchObject({ code: 'ELEDGERIO' })
    server.resume()
    expect((await readAgain(ledger, ['k', 'new']))[0]?.value).toBe(1)
    await ledger.close()
  })
})
