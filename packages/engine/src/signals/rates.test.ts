import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { bench, replies } from '../bench.test.fixture.ts'
import { BreakableLedger } from '../broken-ledger.test.fixture.ts'
import { createEngine } from '../create-engine.ts'
import { memoryLedger } from '../ledger/memory-ledger.ts'
import { sqliteLedger } from '../ledger/sqlite/sqlite-ledger.ts'
import { scalePolicy } from '../policy/scale-policy.ts'
import { mailer, said } from './mailer.test.fixture.ts'

const minute = 60_000
const hour = 60 * minute

describe('rates', () => {
  it('count what became of attempts, by result and rule', async () => {
    const { engine, deliver, reply } = bench()
    await deliver()
    await deliver({ recipient: 'bert@icloud.com' })
    await reply(said.deferral, { messageId: 'm2' })
    await reply(said.deferral, { messageId: 'm2' })
    await reply(said.policy, { messageId: 'm3' })
    await reply(replies.invalid, { messageId: 'm4' })
    expect(await engine.rates({ window: 'hour' })).toMatchObject({
      attempts: 6,
      delivered: 2,
      deferred: 2,
      bounced: 1,
      refused: 1,
      expired: 0,
      messages: 5,
      rules: { 'ip-deferred': 2, 'policy-hm08': 1, 'invalid-recipient': 1 },
      deferralRate: 2 / 6,
      bounceRate: 1 / 6,
      policyRate: 1 / 6,
    })
  })

  it('say nothing where nothing was sent', async () => {
    const { engine } = bench()
    expect(await engine.rates({ window: 'day' })).toMatchObject({
      attempts: 0,
      deferralRate: null,
      bounceRate: null,
      policyRate: null,
      domains: [],
    })
  })

  it('can be asked for one lane, stream or sending domain', async () => {
    const { engine, deliver, reply } = bench()
    await deliver({ stream: 'marketing', lane: '192.0.2.1' })
    await deliver({ stream: 'marketing', lane: '192.0.2.2' })
    await reply(said.deferral, { stream: 'transactional', lane: '192.0.2.1', sender: 'a@example.org' })
    await deliver({ sender: '', messageId: 'm2' })
    const attemptsOf = async (only: object): Promise<number> =>
      (await engine.rates({ window: 'hour', ...only })).attempts
    expect(await attemptsOf({})).toBe(4)
    expect(await attemptsOf({ stream: 'marketing' })).toBe(2)
    expect(await attemptsOf({ lane: '192.0.2.1' })).toBe(2)
    expect(await attemptsOf({ lane: '192.0.2.1', stream: 'marketing' })).toBe(1)
    expect(await attemptsOf({ domain: 'Example.org' })).toBe(1)
    expect(await attemptsOf({ domain: 'example.org', stream: 'marketing' })).toBe(0)
    expect(await attemptsOf({ domain: '<>' })).toBe(1)
    const { places } = await engine.rates({ window: 'hour' })
    expect(places.map(({ lane, stream, attempts }) => [lane, stream, attempts])).toEqual([
      ['192.0.2.1', 'marketing', 1],
      ['192.0.2.1', 'transactional', 1],
      ['192.0.2.2', 'marketing', 1],
      ['default', 'transactional', 1],
    ])
    expect((await engine.rates({ window: 'hour' })).domains).toEqual([
      { domain: 'example.com', messages: 2 },
      { domain: '<>', messages: 1 },
      { domain: 'example.org', messages: 1 },
    ])
  })

  it('slide, and have a bucket for each minute, hour or day', async () => {
    const { engine, deliver, time } = bench()
    await deliver()
    time.now += 59 * minute
    await deliver({ messageId: 'm2' })
    const first = await engine.rates({ window: 'hour' })
    expect(first.buckets.map(({ delivered }) => delivered)).toEqual([1, ...Array(58).fill(0), 1])
    expect(first).toMatchObject({ delivered: 2, bucketSeconds: 60, until: time.now })
    time.now += minute
    expect((await engine.rates({ window: 'hour' })).delivered).toBe(1)
    expect(await engine.rates({ window: 600 })).toMatchObject({ delivered: 1 })
    const day = await engine.rates({ window: 'day' })
    expect(day).toMatchObject({ delivered: 2, bucketSeconds: 3600 })
    expect(day.buckets).toHaveLength(24)
    time.now += 29 * 24 * hour
    const month = await engine.rates({ window: 'month' })
    expect(month).toMatchObject({ delivered: 2, bucketSeconds: 86_400 })
    expect(month.buckets).toHaveLength(30)
    expect(month.buckets[0]).toMatchObject({ at: Date.UTC(2026, 0, 1), delivered: 2 })
    time.now += 24 * hour
    expect((await engine.rates({ window: 'month' })).delivered).toBe(0)
  })

  it('count what admit did not let go, and write nothing for it while mail goes on', async () => {
    const { engine, admit, deliver, reply } = bench()
    await reply(replies.blocked)
    await engine.suppress({ recipient: 'bert@icloud.com', origin: 'operator' })
    await admit({
      recipients: ['anna@icloud.com', 'bert@icloud.com', 'carl@icloud.com'],
      stream: 'marketing',
    })
    const rates = await engine.rates({ window: 'hour' })
    expect(rates).toMatchObject({ held: 2, suppressed: 1, attempts: 1, refused: 1 })
    await deliver({ hop: 'relay', messageId: 'm2' })
    expect((await engine.rates({ window: 'hour' })).attempts).toBe(1)
  })

  it('call domains, lanes and streams "other" when a day has seen too many', async () => {
    const { engine, deliver } = bench()
    for (let index = 0; index < 210; index++) {
      await deliver({ sender: `a@d${index}.example`, messageId: `m${index}`, stream: `s${index}` })
    }
    expect(await engine.rates({ window: 'hour', domain: 'd199.example' })).toMatchObject({ messages: 1 })
    expect(await engine.rates({ window: 'hour', domain: 'd200.example' })).toMatchObject({ messages: 0 })
    const rates = await engine.rates({ window: 'hour', domain: 'other' })
    expect(rates).toMatchObject({ messages: 10 })
    expect(rates.domains[0]).toEqual({ domain: 'other', messages: 10 })
    expect(rates.domains).toHaveLength(50)
    expect(await engine.rates({ window: 'hour', stream: 'other' })).toMatchObject({ messages: 160 })
  })

  it('see what other processes did, and what was counted before a restart', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'icloud-rates-'))
    try {
      const file = join(directory, 'l.db')
      const ledgers = [await sqliteLedger(file), await sqliteLedger(file)]
      const [one, two] = ledgers.map((ledger) => mailer({ ledger }))
      await one?.send({ count: 50, over: 30, percent: { deferral: 20 } })
      await two?.send({ count: 50, over: 30, percent: { bounce: 10 } })
      await one?.engine.close()
      expect(await two?.engine.rates({ window: 'hour' })).toMatchObject({
        attempts: 100,
        deferred: 10,
        bounced: 5,
        messages: 100,
      })
      await two?.engine.close()
      for (const ledger of ledgers) await ledger.close()
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  })

  it('run faster with a scaled policy', async () => {
    const time = { now: Date.UTC(2026, 0, 1) }
    const { engine, deliver } = bench({ policy: scalePolicy(1 / 3600), clock: () => time.now })
    for (let index = 0; index < 24; index++) {
      await deliver({ messageId: `m${index}` })
      time.now += 1000
    }
    const day = await engine.rates({ window: 'day' })
    expect(day.buckets).toHaveLength(24)
    expect(day.bucketSeconds).toBeCloseTo(1)
    expect(day.delivered).toBeGreaterThan(22)
    expect((await engine.rates({ window: 'month' })).delivered).toBe(24)
  })

  it('of what waits are written a second later, if nothing else is', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const ledger = new BreakableLedger()
      const { engine, admit } = bench({ ledger })
      await engine.suppress({ recipient: 'anna@icloud.com', origin: 'operator' })
      const { writes } = ledger
      for (let index = 0; index < 10; index++) await admit()
      expect(ledger.writes).toBe(writes)
      ledger.broken = 'writes'
      await vi.advanceTimersByTimeAsync(1000)
      expect(ledger.writes).toBe(writes + 1)
      // Nothing is lost with a write that fails.
      ledger.broken = 'no'
      await admit()
      await vi.advanceTimersByTimeAsync(1000)
      expect(ledger.writes).toBe(writes + 2)
      expect(await engine.rates({ window: 'hour' })).toMatchObject({ suppressed: 11 })
      expect(ledger.writes).toBe(writes + 2)
    } finally {
      vi.useRealTimers()
    }
  })

  it('name what they cannot answer', async () => {
    const { engine } = bench()
    for (const window of ['week', 0, -1, 100 * 86_400, Number.NaN]) {
      await expect(engine.rates({ window: window as number })).rejects.toThrow(/window must be 'hour'/)
    }
    await expect(engine.rates({ window: 'hour', lane: 1 as never })).rejects.toThrow(/lane must be a string/)
    await expect(engine.rates(undefined as never)).rejects.toMatchObject({ code: 'EARGUMENT' })
  })

  it('are not counted twice when others wrote in between', async () => {
    const ledger = memoryLedger()
    const write = ledger.write.bind(ledger)
    let refusals = 2
    ledger.write = async (...args) => (refusals-- > 0 ? false : write(...args))
    const engine = createEngine({ ledger, clock: () => Date.UTC(2026, 0, 1) })
    const outcome = { kind: 'delivered' } as const
    await engine.record({ recipient: 'anna@icloud.com', sender: '', messageId: 'm1', outcome })
    expect(await engine.rates({ window: 'hour' })).toMatchObject({ attempts: 1, messages: 1 })
  })
})
