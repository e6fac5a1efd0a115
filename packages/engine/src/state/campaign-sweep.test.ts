import { describe, expect, it } from 'vitest'
import { bench, type Bench } from '../bench.test.fixture.ts'
import { BreakableLedger } from '../broken-ledger.test.fixture.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { isOver } from './campaign-sweep.ts'

const hour = 3_600_000
const cs02 = '554 5.7.1 [CS02] Message rejected due to local policy.'
const marketing = { stream: 'marketing' }

async function campaigns(ledger: Ledger): Promise<string[]> {
  const found: string[] = []
  for await (const { key } of ledger.list('scope/campaign/')) found.push(key.slice('scope/campaign/'.length))
  return found
}

async function decisionsOf({ admit }: Bench, about: object): Promise<string[]> {
  const recipients = ['anna@icloud.com', 'berta@icloud.com']
  return (await admit({ recipients, ...marketing, ...about })).map(({ decision }) => decision)
}

describe('a campaign that Apple refused', () => {
  it('waits in all processes, until an operator lets it go', async () => {
    const made = bench()
    await made.reply(cs02, { ...marketing, campaign: 'spring' })
    const { ledger } = made.engine
    const other = bench({ ledger, clock: () => made.time.now })
    expect(await decisionsOf(other, { campaign: 'spring', messageId: 'm2' })).toEqual(['held', 'held'])
    expect(await made.engine.holds()).toMatchObject([
      { scope: 'campaign', id: 'spring', rule: 'policy-cs02' },
    ])
    expect(await other.engine.release({ hold: { scope: 'campaign', id: 'spring' } })).toBe(1)
    expect(await decisionsOf(made, { campaign: 'spring', messageId: 'm2' })).toEqual(['send', 'send'])
    expect(await campaigns(ledger)).toEqual([])
  })

  it('is let go by its name alone, too', async () => {
    const made = bench()
    await made.reply(cs02, { ...marketing, campaign: 'spring' })
    expect(await made.engine.release({ campaign: 'spring' })).toBe(1)
    expect(await made.engine.holds()).toEqual([])
  })

  it('is forgotten when Apple takes its probe', async () => {
    const made = bench()
    await made.reply(cs02, { ...marketing, campaign: 'spring' })
    made.time.now += hour
    expect(await decisionsOf(made, { campaign: 'spring', messageId: 'm2' })).toEqual(['send', 'send'])
    await made.deliver({ ...marketing, campaign: 'spring', messageId: 'm2' })
    expect(await campaigns(made.engine.ledger)).toEqual([])
  })
})

describe('a message that Apple refused', () => {
  it('waits for its other recipients, and is tried with all of them as one probe', async () => {
    const made = bench()
    await made.reply(cs02, { ...marketing, messageId: 'm1', recipient: 'zoe@icloud.com' })
    expect(await decisionsOf(made, { messageId: 'm1' })).toEqual(['held', 'held'])
    expect(await decisionsOf(made, { messageId: 'm2' })).toEqual(['send', 'send'])
    made.time.now += hour
    expect(await decisionsOf(made, { messageId: 'm1' })).toEqual(['send', 'send'])
    await made.deliver({ ...marketing, messageId: 'm1' })
    expect(await made.engine.holds()).toEqual([])
  })

  it('costs a second look only where one was refused', async () => {
    const ledger = new BreakableLedger()
    const made = bench({ ledger })
    let looks = 0
    const read = ledger.read.bind(ledger)
    ledger.read = (keys) => {
      if (keys.some((key) => key.startsWith('scope/campaign/'))) looks++
      return read(keys)
    }
    await decisionsOf(made, { messageId: 'm0' })
    await made.deliver({ ...marketing, messageId: 'm0' })
    expect(looks).toBe(0)
    await made.reply(cs02, { ...marketing, messageId: 'm1' })
    expect(looks).toBe(1)
    await decisionsOf(made, { messageId: 'm2' })
    expect(looks).toBe(2)
    await decisionsOf(made, { messageId: 'm2', stream: 'transactional' })
    expect(looks).toBe(2)
    made.time.now += 300 * hour
    await decisionsOf(made, { messageId: 'm3' })
    expect(looks).toBe(2)
  })

  it('does not pile up: the next one to be held sweeps', async () => {
    const made = bench()
    for (let message = 0; message < 20; message++)
      await made.reply(cs02, { ...marketing, messageId: `m${message}` })
    await made.reply(cs02, { ...marketing, campaign: 'spring' })
    made.time.now += 3 * hour
    await made.reply(cs02, { ...marketing, messageId: 'last' })
    await made.engine.close()
    expect(await campaigns(made.engine.ledger)).toEqual(['<last>', 'spring'])
  })
})

describe('isOver', () => {
  const hold = {
    rule: 'policy-cs02',
    since: 0,
    until: 10 * hour,
    probeEverySeconds: 3600,
    forSeconds: 3600,
    probe: null,
    reply: '',
  }
  it('waits an interval for a message, and as long as a message lasts for a campaign', () => {
    expect(isOver('<m1>', { hold }, 11 * hour, 120 * hour)).toBe(false)
    expect(isOver('<m1>', { hold }, 11 * hour + 1, 120 * hour)).toBe(true)
    expect(isOver('spring', { hold }, 130 * hour, 120 * hour)).toBe(false)
    expect(isOver('spring', { hold }, 131 * hour, 120 * hour)).toBe(true)
    expect(isOver('spring', {}, 0, 120 * hour)).toBe(true)
  })
})
