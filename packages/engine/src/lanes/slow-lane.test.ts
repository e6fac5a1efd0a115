import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { bench, type Bench } from '../bench.test.fixture.ts'
import { memoryLedger } from '../ledger/memory-ledger.ts'
import type { LaneStatus } from './lane-status.ts'
import type { LanesOptions } from './lane-policy-check.ts'

const busyReply = '421 4.7.0 [HCM1] Your mail from IP was deferred'
const troubleReply = '451 4.3.2 [BS02] Temporary server error. Please try again later'
const limitedReply =
  '421 4.7.1 Messages to user@icloud.com deferred due to excessive volume. Try again later - https://support.apple.com/en-us/HT204137'

const open: Bench[] = []
const directories: string[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map(({ engine }) => engine.close()))
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true })
})

function start(
  lanes: LanesOptions = { '*': { start: 10 } },
  ledger: Parameters<typeof bench>[0] = {},
): Bench {
  const one = bench({ ledger: memoryLedger(), policy: { lanes }, ...ledger })
  open.push(one)
  return one
}

async function laneOf({ engine }: Bench, name = 'default'): Promise<LaneStatus | undefined> {
  return (await engine.lanes()).find(({ lane }) => lane === name)
}

describe('replies about the lane', () => {
  it.each([
    ['ip-deferred', busyReply],
    ['temporary-error', troubleReply],
  ])('halve it: %s', async (rule, input) => {
    const one = start()
    const { slot } = await one.engine.enter({})
    expect(await one.reply(input)).toMatchObject({ verdict: { rule } })
    expect(await laneOf(one)).toMatchObject({ concurrency: 5, slowed: { at: one.time.now, rule } })
    slot?.release()
  })

  it('do so on a lane that nobody entered, and only on that one', async () => {
    const one = start()
    await one.reply(busyReply, { lane: 'a' })
    expect(await laneOf(one, 'a')).toMatchObject({ concurrency: 5, inUse: 0 })
    expect(await one.engine.lanes()).toHaveLength(1)
  })

  it('do so once a storm, with one line in the event log', async () => {
    const one = start()
    for (let index = 0; index < 10; index++) await one.reply(busyReply, { messageId: `m${index}` })
    expect(await laneOf(one)).toMatchObject({ concurrency: 5 })
    one.time.now += 61_000
    await Promise.all([1, 2, 3].map((index) => one.reply(busyReply, { messageId: `n${index}` })))
    expect(await laneOf(one)).toMatchObject({ concurrency: 2 })
    const lines = await one.engine.ledger.events({ type: 'lane-slowed' })
    expect(lines.map(({ subject, data }) => [subject, data.rule, data.concurrency])).toEqual([
      ['default', 'ip-deferred', 2],
      ['default', 'ip-deferred', 5],
    ])
  })

  it('say nothing of it if they are about one recipient, or come from a relay', async () => {
    const one = start()
    expect(await one.reply(limitedReply)).toMatchObject({ verdict: { rule: 'rate-limited' } })
    await one.reply('550 5.1.1 <anna@icloud.com>: user does not exist')
    await one.reply(`451 host mx01.mail.icloud.com[192.0.2.1] said: ${troubleReply}`, { hop: 'relay' })
    expect(await one.engine.lanes()).toEqual([])
  })
})

describe('a lane that was slowed', () => {
  it('gives fewer connections and a rate, and more again with what Apple accepts', async () => {
    const one = start({ '*': { start: 10, rateFloor: 2 } })
    await one.reply(busyReply)
    expect(await laneOf(one)).toMatchObject({ concurrency: 5, rate: 2 })
    const all = await Promise.all(
      [1, 2, 3, 4].map(() => one.engine.enter({ stream: 'marketing', waitSeconds: 0 })),
    )
    expect(all.map(({ decision, reason }) => [decision, reason])).toEqual([
      ['go', 'a connection is free'],
      ['go', 'a connection is free'],
      ['later', 'the lane has used up its rate for now'],
      ['later', 'the lane has used up its rate for now'],
    ])
    for (let index = 0; index < 25; index++) await one.deliver({ messageId: `m${index}` })
    one.time.now += 31_000
    // Whoever asks takes a turn, and tells what was accepted.
    all.forEach(({ slot }) => slot?.release())
    const more = await Promise.all(Array.from({ length: 4 }, () => one.engine.enter({ waitSeconds: 0 })))
    expect(await laneOf(one)).toMatchObject({ concurrency: 6, rate: 2.2 })
    more.forEach(({ slot }) => slot?.release())
  })

  it('is still slow after a restart', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'icloud-slow-'))
    directories.push(directory)
    const ledger = { ledger: `file:${join(directory, 'icloud.db')}` }
    const before = start({ '*': { start: 10 } }, ledger)
    const { slot } = await before.engine.enter({})
    await before.reply(busyReply)
    slot?.release()
    await before.engine.close()

    const after = start({ '*': { start: 10 } }, ledger)
    after.time.now += 10_000
    const slots = await Promise.all(
      Array.from({ length: 10 }, () => after.engine.enter({ waitSeconds: 0, recipients: 1 })),
    )
    expect(slots.filter(({ decision }) => decision === 'go')).toHaveLength(1)
    expect(await laneOf(after)).toMatchObject({ concurrency: 5, slowed: { rule: 'ip-deferred' } })
  })
})

describe('a warm-up', () => {
  it('delays newsletters, counts transactional mail, and never delays it', async () => {
    const one = start({ '*': { start: 10, warmUp: [48, 96] } })
    const enter = async (stream: string): Promise<string> => {
      const { slot, reason } = await one.engine.enter({ stream, waitSeconds: 0 })
      slot?.release()
      return reason
    }
    const waits = 'the warm-up of the lane gives no more for now'
    expect([await enter('marketing'), await enter('marketing'), await enter('marketing')]).toEqual([
      'a connection is free',
      'a connection is free',
      waits,
    ])
    one.time.now += 1800_000
    expect([await enter('transactional'), await enter('transactional'), await enter('marketing')]).toEqual([
      'a connection is free',
      'a connection is free',
      waits,
    ])
    expect(await laneOf(one)).toMatchObject({ warmUp: { day: 1, messages: 48, used: 4 } })
    one.time.now += 3600_000
    expect(await enter('marketing')).toBe('a connection is free')
    one.time.now += 2 * 86_400_000
    expect(await Promise.all(Array.from({ length: 9 }, () => enter('marketing')))).not.toContain(waits)
    expect(await laneOf(one)).toMatchObject({ warmUp: null })
  })

  it('is shared by processes, and survives a restart', async () => {
    const ledger = memoryLedger()
    const lanes = { '*': { start: 10, warmUp: [48] } }
    const [first, second, third] = [
      start(lanes, { ledger }),
      start(lanes, { ledger }),
      start(lanes, { ledger }),
    ]
    const enter = ({ engine }: Bench): ReturnType<typeof engine.enter> =>
      engine.enter({ stream: 'marketing', waitSeconds: 0 })
    expect(await enter(first)).toMatchObject({ decision: 'go' })
    await first.engine.close()
    expect(await enter(second)).toMatchObject({ decision: 'go' })
    expect(await enter(third)).toMatchObject({ decision: 'later', retryAt: third.time.now + 1800_000 })
  })
})

describe('a spread', () => {
  it('delays its stream and no other', async () => {
    const one = start({ '*': { start: 10, spread: { marketing: { messages: 60, overSeconds: 3600 } } } })
    const enter = (stream: string): ReturnType<typeof one.engine.enter> =>
      one.engine.enter({ stream, waitSeconds: 0 })
    expect(await enter('marketing')).toMatchObject({ decision: 'go' })
    expect(await enter('marketing')).toMatchObject({
      decision: 'later',
      reason: 'the stream goes at an even pace, and is ahead of it',
      retryAt: one.time.now + 60_000,
    })
    expect(await enter('news')).toMatchObject({ decision: 'go' })
    one.time.now += 60_000
    expect(await enter('marketing')).toMatchObject({ decision: 'go' })
  })
})

describe('a clock that jumps back an hour', () => {
  it('leaves no lane stuck', async () => {
    const one = start({
      '*': { start: 10, warmUp: [4800], spread: { marketing: { messages: 100, overSeconds: 10 } } },
    })
    const go = (): ReturnType<typeof one.engine.enter> =>
      one.engine.enter({ stream: 'marketing', waitSeconds: 0 })
    const held = await Promise.all([go(), go(), go()])
    await one.reply(busyReply)
    one.time.now -= 3_600_000
    const other = start({ '*': { start: 10 } }, { ledger: one.engine.ledger })
    other.time.now = one.time.now
    expect(await other.engine.enter({ waitSeconds: 0 })).toMatchObject({ decision: 'go' })
    held.forEach(({ slot }) => slot?.release())
    expect(await go()).toMatchObject({ decision: 'go' })
  })
})
