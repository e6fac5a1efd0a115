import { createEngine, type Engine } from '@icloud-delivery/engine'
import { hasRedisServer, RedisServer } from '@icloud-delivery/redis-for-tests'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { mail } from '../../stage.test.fixture.ts'
import { bullmqOutbox } from '../bullmq/bullmq-outbox.ts'
import { itemsOf } from '../outbox-contract.test.fixture.ts'
import {
  next,
  outboxStage,
  patiently,
  type OutboxStage,
  type StartedApp,
} from '../outbox-stage.test.fixture.ts'
import { sqliteOutbox } from '../sqlite/sqlite-outbox.ts'

const blocked = { anna: [{ rule: 'proofpoint-block' }, { accept: true }] } as const
const ip = { scope: 'sending-ip', id: 'default' } as const

// The clocks of the watch and of the worker go when the test says so.
beforeEach(() => vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }))
afterEach(() => vi.useRealTimers())

/** Lets the watch look until this has happened. */
async function looking<T>(event: Promise<T>): Promise<T> {
  const turn = Symbol('turn')
  for (;;) {
    vi.advanceTimersByTime(3000)
    const what = await Promise.race([
      event,
      new Promise<typeof turn>((resolve) => setImmediate(resolve, turn)),
    ])
    if (what !== turn) return what
  }
}

/** What an operator has in another process. */
function operator({ ledger, clock }: OutboxStage): Engine {
  const engine = createEngine({ ledger, clock })
  onTestFinished(() => engine.close())
  return engine
}

describe('mail that is held', () => {
  it('goes as soon as another process has released it, and what waits for something else does not', async () => {
    const stage = await outboxStage({ ...blocked, bert: [{ rule: 'rate-limited' }, { accept: true }] })
    const { transporter, worker, outbox } = stage.start()
    const tries: string[] = []
    worker.on('retry', ({ address, tries: count }) => tries.push(`${address} ${count}`))
    const waits = next(worker, 'retry')
    await transporter.sendMail(mail('bert@icloud.com'))
    await waits
    await transporter.sendMail(mail('anna@icloud.com'))
    await worker.flush()
    await transporter.sendMail(mail('cleo@icloud.com'))
    await worker.flush()
    expect(tries).toEqual(['bert@icloud.com 1', 'anna@icloud.com 1', 'cleo@icloud.com 0'])
    const items = await itemsOf(outbox)
    expect(items.map(({ entry }) => entry?.recipients[0]?.hold)).toEqual([undefined, ip, ip])

    const delivered: string[] = []
    const both = new Promise<void>((resolve) => {
      worker.on('delivered', ({ recipient }) => {
        delivered.push(recipient)
        if (delivered.length === 2) resolve()
      })
    })
    expect(await operator(stage).release({ hold: ip })).toBe(1)
    await looking(both)
    await worker.flush()
    expect(delivered.toSorted()).toEqual(['anna@icloud.com', 'cleo@icloud.com'])
    expect((await itemsOf(outbox)).map(({ entry }) => entry?.recipients[0]?.address)).toEqual([
      'bert@icloud.com',
    ])
  })

  it('goes soon, too, if it was released before the message was back in the outbox', async () => {
    const stage = await outboxStage(blocked)
    const outbox = sqliteOutbox(stage.file)
    const putBack = outbox.release.bind(outbox)
    const { transporter, worker } = stage.start({ outbox })
    const isPutBack = new Promise<void>((resolve) => {
      outbox.release = async (...claim) => {
        outbox.release = putBack
        await operator(stage).release({ hold: ip })
        const size = vi.spyOn(outbox, 'size')
        // A look begins when the one before is over, and the first of these may have begun before.
        await looking(vi.waitUntil(() => size.mock.calls.length > 2, { interval: 1, timeout: 50_000 }))
        const isOurs = await putBack(...claim)
        resolve()
        return isOurs
      }
    })
    const delivered = next(worker, 'delivered')
    await transporter.sendMail(mail('anna@icloud.com'))
    await isPutBack
    expect(await looking(delivered)).toMatchObject({ recipient: 'anna@icloud.com', tries: 2 })
  })

  it('goes at the start of a worker, if it was released while none was there', async () => {
    const stage = await outboxStage(blocked)
    const first = stage.start()
    const waits = next(first.worker, 'retry')
    await first.transporter.sendMail(mail('anna@icloud.com'))
    await waits
    await first.worker.close()
    first.transporter.close()
    await operator(stage).release({ hold: ip })
    const second = stage.start()
    await looking(next(second.worker, 'delivered'))
    expect(stage.simulator.messages).toHaveLength(1)
  })

  it('goes to those of its recipients who waited for that, and to the others at their time', async () => {
    const stage = await outboxStage({
      anna: [{ rule: 'rate-limited' }, { accept: true }],
      bert: [{ rule: 'proofpoint-block' }, { accept: true }],
    })
    const { transporter, worker, outbox } = stage.start()
    const waits = next(worker, 'retry')
    await transporter.sendMail(mail(['anna@icloud.com', 'bert@icloud.com']))
    await waits
    await worker.flush()
    await operator(stage).release({ hold: ip })
    expect(await looking(next(worker, 'delivered'))).toMatchObject({ recipient: 'bert@icloud.com' })
    await worker.flush()
    expect(await itemsOf(outbox)).toMatchObject([
      { entry: { recipients: [{ address: 'anna@icloud.com', tries: 1 }] } },
    ])
  })

  it('goes as soon as its test batch is released', async () => {
    const stage = await outboxStage({ anna: [{ rule: 'invalid-recipient' }] })
    const { transporter, worker } = stage.start({ stream: 'marketing', campaign: 'spring-sale' })
    await transporter.transporter.canary({ id: 'spring-sale', size: 1 })
    const first = next(worker, 'undelivered')
    await transporter.sendMail(mail('anna@icloud.com'))
    await first
    const waits = next(worker, 'retry')
    await transporter.sendMail(mail('bert@icloud.com'))
    expect(await waits).toMatchObject({ tries: 0, hold: { scope: 'campaign', id: 'spring-sale' } })
    const delivered = next(worker, 'delivered')
    expect(await operator(stage).release({ campaign: 'spring-sale' })).toBe(1)
    expect(await looking(delivered)).toMatchObject({ recipient: 'bert@icloud.com' })
  })

  it.skipIf(!hasRedisServer())('goes as soon as it is released with BullMQ, too', async () => {
    const redis = await RedisServer.start()
    onTestFinished(() => redis.stop())
    const stage = await outboxStage(blocked)
    const outbox = bullmqOutbox({ connection: patiently(redis) })
    const { transporter, worker } = stage.start({ outbox })
    const waits = next(worker, 'retry')
    await transporter.sendMail(mail('anna@icloud.com'))
    expect(await waits).toMatchObject({ tries: 1, hold: ip })
    await worker.flush()
    const delivered = next(worker, 'delivered')
    await operator(stage).release({ hold: ip })
    expect(await looking(delivered)).toMatchObject({ recipient: 'anna@icloud.com', tries: 2 })
  })
})

describe('mail that goes on waiting', () => {
  /** Lets the watch look so often; says who was tried meanwhile. */
  async function looks({ worker, outbox }: StartedApp, count: number): Promise<string[]> {
    const tries: string[] = []
    worker.on('retry', ({ address }) => tries.push(address))
    const size = vi.spyOn(outbox, 'size').mockClear()
    // A look begins when the one before is over, and the first of these may have begun before.
    for (let over = 0; over < count; over++) {
      await looking(vi.waitUntil(() => size.mock.calls.length > over + 1, { interval: 1, timeout: 50_000 }))
      await worker.flush()
    }
    return tries
  }

  it('as its stream goes on with engaged readers only is not asked for again before an operator ends that', async () => {
    const stage = await outboxStage()
    const engine = operator(stage)
    const key = 'scope/stream/default/marketing'
    const engagedOnly = { rule: 'policy-hm08', since: stage.clock(), seconds: 604_800 }
    await engine.ledger.write([{ key, expected: 0, value: { engagedOnly } }])
    const app = stage.start({ stream: 'marketing' })
    const waits = next(app.worker, 'retry')
    await app.transporter.sendMail(mail('anna@icloud.com'))
    const hold = { scope: 'stream', id: 'default/marketing' } as const
    expect(await waits).toMatchObject({ hold: { ...hold, engagedOnly: true } })
    expect(await looks(app, 4)).toEqual([])
    const delivered = next(app.worker, 'delivered')
    expect(await engine.release({ hold })).toBe(1)
    expect(await looking(delivered)).toMatchObject({ recipient: 'anna@icloud.com' })
  })

  it.each(['Spring sale', 'spring/2026', '<spring@x>', 's'.repeat(80)])(
    'for a test batch called %j is not asked for again before its verdict',
    async (campaign) => {
      const stage = await outboxStage({ anna: [{ rule: 'invalid-recipient' }] })
      const app = stage.start({ stream: 'marketing', campaign })
      await app.transporter.transporter.canary({ id: campaign, size: 1 })
      const first = next(app.worker, 'undelivered')
      await app.transporter.sendMail(mail('anna@icloud.com'))
      await first
      const waits = next(app.worker, 'retry')
      await app.transporter.sendMail(mail('bert@icloud.com'))
      await waits
      expect(await looks(app, 4)).toEqual([])
      const delivered = next(app.worker, 'delivered')
      expect(await operator(stage).release({ campaign })).toBe(1)
      expect(await looking(delivered)).toMatchObject({ recipient: 'bert@icloud.com' })
    },
  )

  it('behind something that is never seen closed is woken for it once', async () => {
    const stage = await outboxStage(blocked)
    const app = stage.start()
    const engine = app.transporter.transporter.engine
    const waitedFor = vi.spyOn(engine, 'waitedFor').mockResolvedValue([])
    const waits = next(app.worker, 'retry')
    await app.transporter.sendMail(mail('anna@icloud.com'))
    await waits
    expect(await looks(app, 5)).toEqual(['anna@icloud.com'])
    // It is seen closed, and open again.
    waitedFor.mockRestore()
    expect(await looks(app, 2)).toEqual([])
    const delivered = next(app.worker, 'delivered')
    await operator(stage).release({ hold: ip })
    expect(await looking(delivered)).toMatchObject({ recipient: 'anna@icloud.com' })
  })
})
