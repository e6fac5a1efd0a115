import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { replies } from '../bench.test.fixture.ts'
import { busy, message, Place } from './place.test.fixture.ts'

let place: Place

beforeEach(() => {
  place = new Place()
})
afterEach(() => place.remove())

describe('while the ledger is out of reach', () => {
  it('outcomes are durable in the buffer, and are in the ledger as of their time once it is back', async () => {
    const { engine, time, reply, deliver, alerts, lines, logged } = place.start()
    const began = time.now
    place.ledger.broken = 'all'
    const suppressed = await reply(replies.invalid)
    expect(suppressed).toMatchObject({ type: 'soft-bounce', durable: true, buffered: true })
    time.now += 2000
    expect(await reply(busy, message('bert@icloud.com'))).toMatchObject({ durable: true, buffered: true })
    time.now += 2000
    expect(await deliver(message('carl@icloud.com'))).toMatchObject({ durable: true, buffered: true })
    expect(alerts).toMatchObject([
      { kind: 'ledger-out-of-reach', message: expect.stringContaining('buffer') },
    ])
    expect(place.files().some((name) => name.endsWith('.outcomes'))).toBe(true)

    place.ledger.broken = 'no'
    time.now += 2000
    const direct = await deliver(message('dora@icloud.com'))
    expect(direct).toMatchObject({ durable: true })
    expect(direct).not.toHaveProperty('buffered')
    await logged('3 buffered outcomes were written')
    const from = (began / 1000) % 1000
    expect(await place.story()).toEqual([
      `${from + 6} delivered dora@icloud.com`,
      `${from} suppress anna@icloud.com`,
      `${from + 2} retry bert@icloud.com`,
      `${from + 4} delivered carl@icloud.com`,
    ])
    expect((await engine.address('anna@icloud.com')).suppressions).toMatchObject([{ at: began }])
    expect(await engine.rates({ window: 'hour' })).toMatchObject({ attempts: 4, delivered: 2 })
    expect(lines.filter((line) => line.includes('is back after 6 s'))).toHaveLength(1)
    await engine.close()
    expect(place.files()).toEqual([])
    expect(await place.ledger.inner.read(['buffer/'])).toEqual([null])
  })

  it('what is told twice by the same id counts once, before it, meanwhile and afterwards', async () => {
    const { engine, reply, logged } = place.start()
    const late = { id: 'bounce 1' }
    place.ledger.broken = 'all'
    for (const n of [1, 2])
      expect(await reply(replies.inactive, { late, messageId: `m${n}` })).toMatchObject({ buffered: true })
    place.ledger.broken = 'no'
    expect(await reply(busy, message('carl@icloud.com'))).toMatchObject({ durable: true })
    await logged('2 buffered outcomes were written')
    expect(await reply(replies.inactive, { late, messageId: 'm3' })).toMatchObject({ duplicate: true })
    expect((await engine.address('anna@icloud.com')).softBounces).toMatchObject([{ count: 1 }])
    await engine.close()
  })

  it('a new outcome goes behind what is buffered for its recipient', async () => {
    const { engine, reply, deliver } = place.start()
    place.ledger.broken = 'writes'
    await reply(busy)
    place.ledger.broken = 'no'
    expect(await deliver()).toMatchObject({ type: 'delivered', buffered: true })
    await engine.close()
    expect(await place.types()).toEqual(['retry', 'delivered'])
    expect(await engine.address('anna@icloud.com')).toMatchObject({ lastDeliveredAt: expect.any(Number) })
  })

  it('says it once per outage, and again for the next one', async () => {
    const { engine, time, reply, deliver, admit, alerts, lines } = place.start()
    for (let outage = 0; outage < 2; outage++) {
      place.ledger.broken = 'writes'
      for (let n = 0; n < 3; n++) {
        await reply(replies.full, message(`r${outage}${n}@icloud.com`))
        // That something can be read does not end it.
        await admit()
      }
      place.ledger.broken = 'no'
      await deliver()
      // One that begins anew at once is the same.
      place.ledger.broken = 'writes'
      await reply(replies.full, message(`r${outage}9@icloud.com`))
      place.ledger.broken = 'no'
      await deliver()
      time.now += 61_000
    }
    await engine.close()
    expect(alerts.map(({ kind }) => kind)).toEqual(['ledger-out-of-reach', 'ledger-out-of-reach'])
    expect(lines.filter((line) => line.includes('out of reach'))).toHaveLength(2)
    expect(lines.filter((line) => line.includes('is back after'))).toHaveLength(2)
  })

  it('many callers share the disk, and what they were told is there', async () => {
    const { engine, deliver } = place.start()
    place.ledger.broken = 'all'
    const actions = await Promise.all(
      Array.from({ length: 500 }, (_, n) => deliver(message(`r${n}@icloud.com`))),
    )
    expect(actions.every(({ durable }) => durable)).toBe(true)
    place.ledger.broken = 'no'
    place.ledger.writes = 0
    await engine.close()
    expect((await place.story()).map((line) => line.split(' ')[2])).toEqual(
      Array.from({ length: 500 }, (_, n) => `r${n}@icloud.com`),
    )
    expect(place.ledger.writes).toBeLessThan(20)
  })

  it('what follows from what was remembered is told when it is known', async () => {
    const { engine, time, reply } = place.start()
    const suppressed: string[] = []
    engine.on('suppressed', ({ recipient }) => suppressed.push(recipient))
    for (let n = 0; n < 3; n++) {
      await reply(replies.inactive, { messageId: `m${n}` })
      time.now += 10 * 86_400_000
    }
    place.ledger.broken = 'all'
    expect(await reply(replies.inactive, { messageId: 'm3' })).toMatchObject({ type: 'soft-bounce' })
    await reply('550 5.1.1 <bert@icloud.com>: user does not exist', message('bert@icloud.com'))
    // Apple may have taken mail for him a day ago: without the ledger nobody knows.
    expect(suppressed).toEqual([])
    place.ledger.broken = 'no'
    await engine.close()
    expect(suppressed).toEqual(['anna@icloud.com', 'bert@icloud.com'])
    expect((await engine.address('anna@icloud.com')).suppressions).toHaveLength(1)
  })

  it('an outcome of a canary counts when the ledger has it', async () => {
    const { engine, admit, deliver } = place.start()
    await engine.canary({ id: 'spring', size: 1 })
    const about = { campaign: 'spring', stream: 'marketing' }
    await admit(about)
    place.ledger.broken = 'all'
    await deliver(about)
    place.ledger.broken = 'no'
    await engine.close()
    expect(await engine.canaries()).toMatchObject([{ replies: { good: 1 } }])
  })

  it('an outcome stays there while the counts that decide on it cannot be read', async () => {
    const { engine, reply } = place.start()
    const storm = (n: number): Promise<unknown> =>
      reply('554 5.7.1 [HM08] Message rejected due to local policy.', message(`r${n}@icloud.com`, n))
    place.ledger.broken = 'all'
    for (let n = 0; n < 3; n++) await storm(n)
    place.ledger.broken = 'no'
    const counts = vi.spyOn(place.ledger, 'counts').mockRejectedValue(new Error('the ledger is broken'))
    await engine.close()
    expect(await place.types()).toEqual([])
    expect(place.files().every((name) => !name.endsWith('.damaged'))).toBe(true)
    counts.mockRestore()
    const next = place.start()
    await next.engine.close()
    expect(await place.types()).toEqual(['fail', 'fail', 'fail'])
    expect(next.alerts.map(({ kind }) => kind)).toEqual(['held'])
    expect(place.files()).toEqual([])
  })

  it('a write whose answer is lost counts once', async () => {
    const { engine, reply } = place.start()
    place.ledger.broken = 'answers'
    expect(await reply(busy)).toMatchObject({ buffered: true })
    place.ledger.broken = 'no'
    await engine.close()
    expect(await place.types()).toEqual(['retry'])
    const [entry] = await place.ledger.read(['recipient/anna@icloud.com'])
    expect(entry?.value).toMatchObject({ messages: [{ attempts: 1 }] })
  })

  it('a ledger that hangs keeps nobody waiting, and what it still writes counts once', async () => {
    const { engine, reply, deliver, admit, lines } = place.start({ ledgerTimeoutSeconds: 0.02 })
    place.ledger.broken = 'hangs'
    const told = reply(busy)
    await vi.advanceTimersByTimeAsync(20)
    expect(await told).toMatchObject({ buffered: true })
    expect(lines).toMatchObject([expect.stringContaining('ELEDGERTIMEOUT')])
    expect(await admit()).toMatchObject([{ decision: 'send' }])
    place.ledger.broken = 'no'
    place.ledger.letGo()
    expect(await deliver(message('bert@icloud.com'))).toMatchObject({ durable: true })
    await engine.close()
    expect((await place.types()).toSorted((a = '', b = '') => a.localeCompare(b))).toEqual([
      'delivered',
      'retry',
    ])
  })
})
