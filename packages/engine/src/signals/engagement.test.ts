import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bench, replies } from '../bench.test.fixture.ts'
import { BreakableLedger } from '../broken-ledger.test.fixture.ts'
import type { Engine } from '../engine.ts'
import { sqliteLedger } from '../ledger/sqlite/sqlite-ledger.ts'
import type { SegmentRequest } from './segment.ts'

const day = 86_400_000
const anna = 'anna@icloud.com'

async function named(engine: Engine, request: SegmentRequest): Promise<string[]> {
  const all = []
  for await (const { recipient } of engine.segment(request)) all.push(recipient)
  return all
}

describe('what readers do', () => {
  it('an unsubscribe stops marketing or the stream it is for, a complaint all but transactional', async () => {
    const { engine, admit } = bench()
    const goes = async (recipient: string): Promise<string[]> => {
      const streams = ['transactional', 'marketing', 'news']
      const answers = await Promise.all(streams.map((stream) => admit({ recipients: [recipient], stream })))
      return streams.filter((_, index) => answers[index]?.[0]?.decision === 'send')
    }
    expect(await engine.recordEngagement('Anna@icloud.com', 'unsubscribe')).toMatchObject({
      origin: 'unsubscribe',
      recipient: anna,
    })
    expect(await goes(anna)).toEqual(['transactional', 'news'])
    await engine.recordEngagement('bert@icloud.com', 'unsubscribe', { stream: 'news' })
    expect(await goes('bert@icloud.com')).toEqual(['transactional', 'marketing'])
    await engine.recordEngagement('carl@icloud.com', 'unsubscribe', { stream: 'transactional' })
    expect(await goes('carl@icloud.com')).toEqual(['transactional', 'news'])
    await engine.recordEngagement('dora@icloud.com', 'complaint')
    expect(await goes('dora@icloud.com')).toEqual(['transactional'])
    expect(await engine.recordEngagement('emil@icloud.com', 'click')).toBeNull()
    expect(await goes('emil@icloud.com')).toEqual(['transactional', 'marketing', 'news'])
  })

  it('is kept apart from the recipient, with the evidence of consent', async () => {
    const { engine, time } = bench()
    await engine.recordEngagement(anna, 'click', { at: time.now - day })
    await engine.recordEngagement(anna, 'click', { at: time.now - 3 * day })
    await engine.recordEngagement(anna, 'open', { at: time.now + day })
    for (let index = 0; index < 9; index++)
      await engine.recordConsent(anna, time.now - index * day, `form ${index}`)
    await engine.recordConsent(anna, time.now, 'x'.repeat(900))
    const { engagement } = await engine.address(anna)
    expect(engagement).toMatchObject({ clickedAt: time.now - day, openedAt: time.now })
    expect(engagement.consents?.map(({ how }) => how.slice(0, 6))).toEqual([
      'form 8',
      'form 2',
      'form 1',
      'form 0',
      'xxxxxx',
    ])
    expect(engagement.consents?.at(-1)?.how).toHaveLength(500)
    expect(await engine.ledger.read([`recipient/${anna}`])).toEqual([null])
  })

  it('a consent does not end an unsubscribe by itself', async () => {
    const { engine, admit, time } = bench()
    await engine.recordEngagement(anna, 'unsubscribe')
    await engine.recordConsent(anna, time.now, 'form')
    expect(await admit({ stream: 'marketing' })).toMatchObject([{ decision: 'suppressed' }])
    await engine.release({ address: anna, origin: 'unsubscribe' })
    expect(await admit({ stream: 'marketing' })).toMatchObject([{ decision: 'send' }])
  })

  it('tells the caller if an unsubscribe could not be kept', async () => {
    const ledger = new BreakableLedger()
    const { engine } = bench({ ledger })
    ledger.broken = 'writes'
    await expect(engine.recordEngagement(anna, 'unsubscribe')).rejects.toThrow('broken')
  })

  it('is written seldom: clicks within an hour are one', async () => {
    const ledger = new BreakableLedger()
    const { engine, time } = bench({ ledger })
    await engine.recordEngagement(anna, 'click')
    const { writes } = ledger
    time.now += 3_599_999
    await engine.recordEngagement(anna, 'click')
    expect(ledger.writes).toBe(writes)
    time.now += 1
    await engine.recordEngagement(anna, 'click')
    expect(ledger.writes).toBe(writes + 1)
  })

  it('is counted for a dashboard, with the growth of the list', async () => {
    const { engine, reply, time } = bench()
    for (const one of ['anna', 'bert', 'carl'])
      await engine.recordConsent(`${one}@icloud.com`, time.now, 'form')
    await engine.recordEngagement(anna, 'open')
    await engine.recordEngagement(anna, 'click')
    await engine.recordEngagement(anna, 'click')
    await engine.recordEngagement('bert@icloud.com', 'unsubscribe')
    await engine.suppress({ recipient: 'carl@icloud.com', origin: 'complaint' })
    await engine.suppress({ recipient: 'dora@icloud.com', origin: 'operator' })
    time.now += day
    await reply(replies.invalid)
    const month = await engine.readers({ window: 'month' })
    expect(month).toMatchObject({
      opens: 1,
      clicks: 2,
      replies: 0,
      unsubscribes: 1,
      complaints: 1,
      consents: 3,
      suppressed: 1,
      growth: 0,
    })
    expect(month.buckets.slice(-2).map(({ growth }) => growth)).toEqual([1, -1])
    // An old list, told of today.
    await engine.recordConsent('fred@icloud.com', time.now - 5 * day, 'form')
    expect((await engine.readers({ window: 'month' })).buckets.at(-6)).toMatchObject({ consents: 1 })
    await expect(engine.readers({ window: 'year' as never })).rejects.toThrow(/window/)
  })

  it('tells Apple’s readers from the rest', async () => {
    const { engine } = bench()
    await engine.recordEngagement('anna@icloud.com', 'click')
    await engine.recordEngagement('x@privaterelay.appleid.com', 'unsubscribe')
    await engine.recordEngagement('carl@example.com', 'click')
    await engine.recordConsent('carl@example.com', 1, 'a form')
    const hour = await engine.readers({ window: 'hour' })
    expect(hour).toMatchObject({
      clicks: 2,
      unsubscribes: 1,
      apple: { clicks: 1, unsubscribes: 1, consents: 0 },
    })
  })

  it('is checked', async () => {
    const { engine, time } = bench()
    await expect(engine.recordEngagement('anna', 'click')).rejects.toMatchObject({ code: 'EARGUMENT' })
    await expect(engine.recordEngagement(anna, 'wave' as never)).rejects.toThrow(/kind must be open, click/)
    await expect(engine.recordEngagement(anna, 'click', { at: Number.NaN })).rejects.toThrow(/at must be/)
    await expect(engine.recordEngagement(anna, 'click', { stream: 1 as never })).rejects.toThrow(/stream/)
    await expect(engine.recordConsent(anna, time.now, ' ')).rejects.toThrow(/how the consent was given/)
    await expect(engine.recordConsent(anna, 'today' as never, 'form')).rejects.toThrow(/at must be/)
    for (const request of [null, {}, { inactiveDays: 0 }, { inactiveDays: '9' }]) {
      expect(() => engine.segment(request as never)).toThrow(/segment/)
    }
  })
})

describe('a segment', () => {
  it('names who has not clicked, answered or consented, and no newcomers', async () => {
    const { engine, deliver, time } = bench()
    const at = (name: string): string => `${name}@icloud.com`
    for (const name of ['old', 'opens', 'clicks', 'answers', 'gone']) await deliver({ recipient: at(name) })
    await engine.recordConsent(at('imported'), time.now, 'form of 2019')
    time.now += 100 * day
    for (const name of ['old', 'opens', 'new']) await deliver({ recipient: at(name), messageId: 'm2' })
    await engine.recordEngagement(at('opens'), 'open')
    await engine.recordEngagement(at('clicks'), 'click')
    await engine.recordEngagement(at('answers'), 'reply')
    await engine.recordEngagement(at('gone'), 'unsubscribe')
    expect(await named(engine, { inactiveDays: 90 })).toEqual([at('old'), at('opens'), at('imported')])
    expect(await named(engine, { inactiveDays: 90, stream: 'news' })).toEqual([
      at('gone'),
      at('old'),
      at('opens'),
      at('imported'),
    ])
    expect(await named(engine, { inactiveDays: 101 })).toEqual([])
    const all = []
    for await (const one of engine.segment({
      inactiveDays: 90,
      recipients: [at('opens'), 'nobody', at('new')],
    }))
      all.push(one)
    expect(all).toEqual([
      {
        recipient: at('opens'),
        lastSignOfLifeAt: null,
        lastOpenAt: time.now,
        lastDeliveredAt: time.now,
      },
    ])
  })

  it('reads in pages', async () => {
    const ledger = new BreakableLedger()
    const { engine, deliver, time } = bench({ ledger })
    for (let index = 0; index < 1200; index++) await deliver({ recipient: `r${index}@icloud.com` })
    time.now += 30 * day
    const { reads } = ledger
    expect(await named(engine, { inactiveDays: 20 })).toHaveLength(1200)
    expect(ledger.reads - reads).toBe(3)
  })

  it('is the same from a file, whatever letters an address has', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'icloud-segment-'))
    try {
      const ledger = await sqliteLedger(join(directory, 'l.db'))
      const { engine, deliver, time } = bench({ ledger })
      const all = ['anna', 'jörg', 'zoë', '\u{1F600}', '\uFF21'].map((name) => `${name}@example.org`)
      for (const recipient of all) await deliver({ recipient })
      time.now += 100 * day
      await Promise.all(all.slice(2).map((recipient) => engine.recordEngagement(recipient, 'click')))
      expect(await named(engine, { inactiveDays: 90 })).toEqual(all.slice(0, 2))
      await engine.close()
      await ledger.close()
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  })

  it('counts what is told twice by the same id once', async () => {
    const { engine } = bench()
    const told = { id: 'event 1' }
    expect(await engine.recordEngagement('anna@icloud.com', 'complaint', told)).toMatchObject({
      origin: 'complaint',
    })
    await engine.release({ address: 'anna@icloud.com', origin: 'complaint' })
    expect(await engine.recordEngagement('anna@icloud.com', 'complaint', told)).toBeNull()
    expect((await engine.address('anna@icloud.com')).suppressions).toEqual([])
    expect(await engine.readers({ window: 'hour' })).toMatchObject({ complaints: 1 })
  })
})
