import { createEngine } from '@icloud-delivery/engine'
import { hasRedisServer, RedisServer } from '@icloud-delivery/redis-for-tests'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { someMail } from '../ledger.test.fixture.ts'
import { run } from '../run-bin.test.helper.ts'

describe.skipIf(!hasRedisServer())('a ledger in Redis', () => {
  let server: RedisServer
  beforeAll(async () => {
    server = await RedisServer.start()
    const engine = createEngine({ ledger: server.url })
    await someMail(engine)
    await engine.close()
  })
  afterAll(async () => server?.stop())

  test('is read and changed like a file', async () => {
    const env = { ICLOUD_DELIVERY_LEDGER: server.url }
    expect((await run(['holds'], { env })).stdout).toContain('sending-ip/192.0.2.10\t')
    expect((await run(['suppressions', 'release', 'anna@icloud.com', '--yes'], { env })).stdout).toBe(
      'Released 1 suppression.\n',
    )
    expect(JSON.parse((await run(['status', '--json'], { env })).stdout)).toMatchObject({
      rates: { attempts: 4 },
    })
  })
})
