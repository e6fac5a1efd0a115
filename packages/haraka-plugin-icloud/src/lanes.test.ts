import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasRedisServer, RedisServer } from '@icloud-delivery/redis-for-tests'
import { startSimulator, type Simulator } from '@icloud-delivery/mx-simulator'
import { startHaraka, type Haraka } from './haraka.test.fixture.ts'
import { Latch } from './latch.test.fixture.ts'
import { setStage, type Stage } from './stage.test.fixture.ts'

/**
 * A lane that gives so many connections from the beginning. Who stands still for longer than its lease has lost its connections,
 * open or not.
 */
function lanes(connections: number): string {
  const lane = { ceiling: connections, floor: 1, start: connections, leaseSeconds: 20 }
  // After a moment without the ledger mail does not wait for the default, a minute.
  return JSON.stringify({ ledgerRetrySeconds: 1, lanes: { '*': lane } })
}

function recipients(count: number, name = 'm'): string[] {
  return Array.from({ length: count }, (_, index) => `${name}${index}@icloud.com`)
}

/** Sends a message to each, of a stream, one after the other. */
async function sendAll(haraka: Haraka, to: readonly string[], stream = 'marketing'): Promise<void> {
  for (const one of to) await send(haraka, one, stream)
}

function send(haraka: Haraka, to: string, stream = 'marketing'): Promise<string> {
  return haraka.send({ from: 'a@example.com', to: [to], headers: { 'X-Stream': stream } })
}

async function allDelivered(apple: Simulator, count: number): Promise<string[]> {
  await apple.waitFor(({ messages }) => messages.length >= count, { timeoutMs: 100_000 })
  return apple.messages.flatMap(({ recipients: to }) => to)
}

describe('one process', () => {
  let stage: Stage

  beforeAll(async () => {
    stage = await setStage({
      apple: { latencyMs: 5 },
      haraka: { config: { 'icloud_policy.json': lanes(3), 'outbound.ini': 'concurrency_max=2\n' } },
      icloud: ['[policy]', 'time_scale=1'],
    })
  })

  afterAll(() => stage?.close())

  it('has as many connections open as the lane gives, counted until they are closed', async () => {
    const to = recipients(20)
    // No message is taken before there are two connections.
    const two = stage.apple.waitFor(({ sessions }) => sessions.open === 2)
    for (const one of to) stage.apple.script(one, [{ accept: true, phase: 'eod', until: two }])
    await Promise.all(to.map((one) => send(stage.haraka, one)))
    expect((await allDelivered(stage.apple, 20)).toSorted()).toEqual(to.toSorted())
    expect(stage.apple.sessions.peak).toBe(2)
    await stage.emptyQueue()
  })

  it('never keeps other providers’ mail waiting, and lets urgent mail go first, then the oldest', async () => {
    // A queue file goes before the connection does.
    await expect.poll(() => stage.apple.sessions.open).toBe(0)
    stage.apple.reset()
    const busy = {
      slow0: new Latch(),
      slow1: new Latch(),
      code0: new Latch(),
    }
    for (const [name, { opened }] of Object.entries(busy))
      stage.apple.script(`${name}@icloud.com`, [{ accept: true, until: opened }])
    await sendAll(stage.haraka, recipients(2, 'slow'))
    await stage.apple.waitFor(({ sessions }) => sessions.open === 2)
    await sendAll(stage.haraka, recipients(4, 'news'))
    // The third connection is for urgent mail only.
    for (const code of recipients(3, 'code')) {
      await send(stage.haraka, code, 'transactional')
      await stage.apple.waitFor(({ sessions }) => sessions.open === 3)
    }
    await stage.haraka.send({ from: 'a@example.com', to: ['b@example.org'] })
    await stage.mailboxes.waitFor(({ messages }) => messages.length === 1)
    expect(stage.apple.messages).toEqual([])
    // All over one connection, and so in an order.
    busy.slow0.open()
    const order = ['slow0', 'code1', 'code2', 'news0', 'news1', 'news2', 'news3']
    expect(await allDelivered(stage.apple, order.length)).toEqual(order.map((name) => `${name}@icloud.com`))
    busy.slow1.open()
    busy.code0.open()
    await allDelivered(stage.apple, order.length + 2)
    expect(stage.apple.sessions.peak).toBe(3)
  })
})

describe('several processes', { timeout: 180_000 }, () => {
  it('four workers have no more connections open together than the lane gives', async () => {
    const stage = await setStage({
      apple: { latencyMs: 5 },
      haraka: { nodes: 4, config: { 'icloud_policy.json': lanes(3) } },
      icloud: ['[policy]', 'time_scale=1'],
    })
    try {
      await Promise.all([1, 2, 3, 4].map((worker) => stage.haraka.logged(`worker ${worker} listening`)))
      await Promise.all(recipients(24).map((one) => send(stage.haraka, one)))
      await allDelivered(stage.apple, 24)
      expect(stage.apple.sessions.peak).toBeLessThanOrEqual(2)
      await stage.emptyQueue()
    } finally {
      await stage.close()
    }
  })

  it.skipIf(!hasRedisServer())('two machines with one Redis share the lane too', async () => {
    const redis = await RedisServer.start()
    const apple = await startSimulator({ latencyMs: 5 })
    const machines: Haraka[] = []
    try {
      for (let count = 0; count < 2; count++) {
        machines.push(
          await startHaraka({
            mailboxes: `127.0.0.1:${apple.port}`,
            icloud: `[main]\nledger=redis://127.0.0.1:${redis.port}\n[testing]\nmx=127.0.0.1:${apple.port}\n[testing_mx_records]\n`,
            config: { 'icloud_policy.json': lanes(3) },
          }),
        )
      }
      await Promise.all(
        machines.flatMap((machine, index) => recipients(12, `m${index}x`).map((one) => send(machine, one))),
      )
      await allDelivered(apple, 24)
      expect(apple.sessions.peak).toBeLessThanOrEqual(2)
    } finally {
      for (const machine of machines) await machine.stop()
      await apple.close()
      await redis.stop()
    }
  })
})
