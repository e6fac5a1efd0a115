import { describe, expect, it } from 'vitest'
import { bench } from '../bench.test.fixture.ts'
import { memoryLedger } from '../ledger/memory-ledger.ts'
import { addresses, replay, said, type Apple, type Replay } from './replay.test.fixture.ts'

const minute = 60
const hour = 60 * minute
const day = 24 * hour

interface Way {
  sender: string
  stream: string
  lane: string
}

/** Two owners, two streams and two lanes. */
const ways: readonly Way[] = ['a', 'b'].flatMap((lane) => [
  { sender: 'login@example.com', stream: 'transactional', lane },
  { sender: 'news@example.com', stream: 'marketing', lane },
  { sender: 'receipts@shop.example', stream: 'transactional', lane },
  { sender: 'offers@shop.example', stream: 'marketing', lane },
])
const perSecond = 20

/** A sender with so much mail that the minute in which everything is closed is full of what was accepted before. */
class BigSender {
  readonly sender: Replay = replay()
  private readonly ways: readonly Way[]
  readonly readers = addresses(2000, 'reader')
  private sent = 0

  constructor(given: readonly Way[] = ways) {
    this.ways = given
  }

  /** Everybody took mail yesterday. */
  async begin(): Promise<this> {
    for (let round = 0; round < this.readers.length; round++) this.next()
    await this.sender.run(day)
    // From the middle of a minute on.
    await this.go(30)
    return this
  }

  /** Mail for so many seconds. */
  async go(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second++) {
      for (let count = 0; count < perSecond; count++) this.next()
      await this.sender.run(1)
    }
  }

  private next(): void {
    const index = this.sent++
    this.sender.send(this.readers[index % this.readers.length] ?? '', this.ways[index % this.ways.length])
  }
}

/** Apple refuses such a share of some mail with HM08. */
function refusing(share: number, isHit: (attempt: Parameters<Apple>[0]) => boolean = () => true): Apple {
  let count = 0
  return (attempt) => {
    if (!isHit(attempt)) return null
    count += share
    if (count < 1) return null
    count--
    return said.hm08
  }
}

describe('an HM08 storm that closes everything within seconds of a busy minute', () => {
  it('is noticed by the probes that follow soon, and what it closed opens when Apple is well, for all readers', async () => {
    const big = await new BigSender().begin()
    const { sender } = big
    const start = sender.time.now
    sender.apple = refusing(1)
    await big.go(4 * minute)
    expect(sender.alerts).toHaveLength(1)
    const [incident] = await sender.engine.incidents()
    expect(incident).toMatchObject({ type: 'policy', rules: ['policy-hm08'], endedAt: null })
    expect((incident?.detectedAt ?? Infinity) - start).toBeLessThan(4 * minute * 1000)
    expect(incident?.since).toBeLessThanOrEqual(start)
    // 3 close each of the 4 streams, and there were some probes.
    expect(sender.refused).toBeLessThan(40)
    expect(incident?.givenUp).toBe(sender.ends.fail)
    await sender.run(hour)
    // A probe in 15 minutes for each stream.
    expect(sender.refused).toBeLessThan(60)
    sender.apple = () => null
    await sender.run(hour)
    expect(await sender.engine.holds()).toEqual([])
    expect((await sender.engine.incidents())[0]?.endedBy).toBe('recovered')
    expect(await sender.suppressed()).toEqual([])
    expect(sender.ends.fail).toBeLessThan(40)
    expect(sender.ends.expired).toBeUndefined()
    // Nobody has clicked: had the hold of HM08 ended by itself, marketing would go to nobody.
    const [admission] = await sender.admit({ stream: 'marketing', lane: 'a' })
    expect(admission?.decision).toBe('send')
  })
})

describe('what looks like it, and is the sender’s own trouble', () => {
  it.each([
    ['a part of all mail', 0.2, () => true],
    ['half of all mail', 0.5, () => true],
    ['one of two lanes', 1, ({ lane }: { lane: string }) => lane === 'a'],
    ['one of two owners', 1, ({ sender }: { sender: string }) => sender.endsWith('@example.com')],
    ['one stream', 1, ({ stream }: { stream: string }) => stream === 'marketing'],
  ] as const)('refused is %s: no incident, and few more probes', async (_, share, isHit) => {
    const big = await new BigSender().begin()
    const { sender } = big
    sender.apple = refusing(share, isHit)
    await big.go(6 * minute)
    await sender.run(hour)
    expect(sender.alerts).toEqual([])
    expect(await sender.engine.incidents()).toEqual([])
    expect(sender.refused).toBeLessThan(60)
  })

  it('refused is one owner without others: nothing is asked before its hold is over', async () => {
    const big = await new BigSender(ways.filter(({ sender }) => sender.endsWith('@example.com'))).begin()
    const { sender } = big
    sender.apple = refusing(1)
    await big.go(6 * minute)
    await sender.run(hour)
    expect(sender.alerts).toEqual([])
    expect(sender.refused).toBe(12)
  })

  it('a wrong guess asks once a day, and not again when the streams are closed again', async () => {
    const big = await new BigSender().begin()
    const { sender } = big
    for (const reader of big.readers) await sender.engine.recordEngagement(reader, 'click')
    sender.apple = refusing(1)
    await big.go(30)
    const [hold] = await sender.engine.holds()
    expect(hold?.until).toBeLessThan(sender.time.now + 2 * minute * 1000)
    // Apple takes the probes, and refuses a part again.
    sender.apple = () => null
    await big.go(6 * minute)
    expect(await sender.engine.holds()).toEqual([])
    sender.apple = refusing(0.3)
    await big.go(2 * minute)
    const holds = await sender.engine.holds()
    expect(holds).toHaveLength(4)
    for (const { until } of holds) expect(until).toBeGreaterThan(sender.time.now + hour * 1000)
  })
})

it('is seen by several processes that send a part each, and asked about by one of them', async () => {
  const ledger = memoryLedger()
  const login = bench({ ledger })
  const clock = (): number => login.time.now
  const news = bench({ ledger, clock })
  const both = [
    { process: login, mail: { stream: 'transactional', sender: 'login@example.com' } },
    { process: news, mail: { stream: 'marketing', sender: 'news@example.org' } },
  ]
  const opened: string[] = []
  for (const { process } of both)
    process.engine.on('incident', ({ type, incident }) => opened.push(`${type} ${incident.rules.join()}`))
  const readers = addresses(200, 'reader')
  for (const recipient of readers) {
    for (const { process, mail } of both) await process.deliver({ ...mail, recipient, messageId: recipient })
    login.time.now += 100
  }
  for (const { process, mail } of both) {
    for (const recipient of readers.slice(0, 3)) {
      expect((await process.admit({ ...mail, recipients: [recipient], messageId: 'm' }))[0]?.decision).toBe(
        'send',
      )
      await process.reply(said.hm08, { ...mail, recipient, messageId: 'm' })
    }
    await process.engine.incidents()
  }
  for (const { process } of both) await process.engine.incidents()
  expect(await ledger.events({ type: 'scope-probed' })).toHaveLength(2)
  for (let round = 0; round < 2; round++) {
    login.time.now += 2 * minute * 1000
    for (const { process, mail } of both) {
      const messageId = `probe${round}`
      const [admission] = await process.admit({ ...mail, recipients: [readers[10 + round] ?? ''], messageId })
      expect(admission?.reason).toContain('a probe')
      await process.reply(said.hm08, { ...mail, recipient: readers[10 + round] ?? '', messageId })
    }
    for (const { process } of both) await process.engine.incidents()
  }
  expect(opened).toEqual(['opened policy-hm08'])
  for (const { process } of both) await process.engine.close()
})
