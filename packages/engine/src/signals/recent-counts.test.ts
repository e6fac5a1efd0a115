import { describe, expect, it } from 'vitest'
import { bench, quiet, type Bench } from '../bench.test.fixture.ts'
import { BreakableLedger } from '../broken-ledger.test.fixture.ts'
import { createEngine } from '../create-engine.ts'
import type { Alert } from './alert.ts'
import { resolutionsOf } from './buckets.ts'
import { memoryLedger } from '../ledger/memory-ledger.ts'
import { RecentCounts } from './recent-counts.ts'
import { Tally } from './tally.ts'

const hm07 =
  '554 5.7.1 [HM07] Message rejected due to local policy. Please visit https://support.apple.com/en-us/HT204137'
const unauthenticated =
  '554 5.7.1 [HME1] This message was blocked for failing both SPF and DKIM authentication checks. See https://support.apple.com/en-us/HT204137 for mailing best practices.'
const marketing = { stream: 'marketing' }

function alertsOf({ engine }: Bench): Alert[] {
  const alerts: Alert[] = []
  engine.on('alert', (alert) => alerts.push(alert))
  return alerts
}

async function deliver(made: Bench, count: number, about: object): Promise<void> {
  for (let sent = 0; sent < count; sent++)
    await made.deliver({ messageId: `d${sent}`, recipient: `d${sent}@icloud.com`, ...about })
}

describe('shares of attempts', () => {
  it('are of what was counted in the ledger and in memory, by stream and lane', async () => {
    const made = bench()
    const alerts = alertsOf(made)
    await deliver(made, 30, marketing)
    made.time.now += 120_000
    await deliver(made, 20, marketing)
    await deliver(made, 500, { stream: 'transactional' })
    await deliver(made, 500, { ...marketing, lane: 'b' })
    for (let message = 0; message < 5; message++) {
      expect((await made.reply(hm07, { ...marketing, messageId: `m${message}` })).holds).toEqual([])
      made.time.now += 2000
    }
    expect((await made.reply(hm07, { ...marketing, messageId: 'm6' })).holds).toHaveLength(1)
    expect(alerts).toMatchObject([{ kind: 'held', numbers: { count: 6, attempts: 56, percent: 10.7 } }])
  })

  it('are of what all processes of a ledger sent', async () => {
    const ledger = memoryLedger()
    const made = bench({ ledger })
    const other = bench({ ledger, clock: () => made.time.now })
    await deliver(other, 60, marketing)
    await other.engine.rates({ window: 'hour' })
    for (let message = 0; message < 6; message++)
      expect((await made.reply(hm07, { ...marketing, messageId: `m${message}` })).holds).toEqual([])
  })

  it('of a From domain are those of its submitter', async () => {
    const made = bench()
    const tool = { submitter: 'tool', from: 'shop@example.com' }
    await deliver(made, 500, {})
    await deliver(made, 12, tool)
    for (let message = 0; message < 3; message++) {
      const action = await made.reply(unauthenticated, { ...tool, messageId: `m${message}` })
      expect(action).toMatchObject({ type: 'fail', verdict: { rule: 'authentication-failure' } })
    }
    expect(await made.engine.holds()).toMatchObject([
      { scope: 'sending-domain', id: 'example.com/transactional/tool' },
    ])
  })

  it('are asked for only when there are enough replies, and once a second', async () => {
    const ledger = new BreakableLedger()
    let reads = 0
    const counts = ledger.counts.bind(ledger)
    ledger.counts = (groups) => {
      reads++
      return counts(groups)
    }
    const made = bench({ ledger })
    await deliver(made, 400, marketing)
    for (let message = 0; message < 4; message++)
      await made.reply(hm07, { ...marketing, messageId: `m${message}` })
    expect(reads).toBe(0)
    for (let message = 4; message < 30; message++)
      await made.reply(hm07, { ...marketing, messageId: `m${message}` })
    expect(reads).toBe(1)
  })

  it('that cannot be read make the outcome wait for the ledger, as any other', async () => {
    const ledger = new BreakableLedger()
    ledger.counts = async () => {
      throw new Error('out of reach')
    }
    const made = bench({ ledger })
    for (let message = 0; message < 4; message++)
      await made.reply(hm07, { ...marketing, messageId: `m${message}` })
    expect(await made.reply(hm07, { ...marketing, messageId: 'm5' })).toMatchObject({
      type: 'fail',
      durable: false,
    })
  })

  it('of many From domains and submitters take a bounded room', async () => {
    const ledger = memoryLedger()
    const engine = createEngine({ ledger, logger: quiet, clock: () => 0 })
    for (let index = 0; index < 300; index++) {
      const about = { sender: 'a@example.com', recipient: 'anna@icloud.com', submitter: `s${index}` }
      await engine.record({ ...about, messageId: `m${index}`, outcome: { kind: 'delivered' } })
    }
    await engine.close()
    const [other] = await ledger.counts(['rates/60000/0/f/other'])
    expect(Object.values(other ?? {}).reduce((sum, by) => sum + by, 0)).toBe(200)
  })
})

it('a look that failed is not remembered', async () => {
  const ledger = new BreakableLedger()
  const resolutions = resolutionsOf(60)
  const recent = new RecentCounts(ledger, new Tally(resolutions), resolutions.minute)
  ledger.broken = 'all'
  await expect(recent.of('all', 600, 0)).rejects.toThrow('broken')
  ledger.broken = 'no'
  expect(await recent.of('all', 600, 0)).toHaveLength(11)
})
