import { describe, expect, it } from 'vitest'
import { bench, replies } from '../bench.test.fixture.ts'
import { openKey } from '../incidents/incident.ts'
import { ledgers } from '../operator/ledgers.test.fixture.ts'
import type { Late } from './late.ts'

const minute = 60_000
const day = 86_400_000
const busy = '451 4.7.1 Service unavailable - try again later'

async function keysOf(ledger: { list(prefix: string): AsyncIterable<{ key: string }> }, prefix: string) {
  const keys: string[] = []
  for await (const { key } of ledger.list(prefix)) keys.push(key)
  return keys
}

describe.each(ledgers)('an id on %s', (_, open) => {
  it('counts once by its id, also in two engines at the same time', async () => {
    const ledger = await open()
    const [one, other] = [bench({ ledger }), bench({ ledger })]
    const late: Late = { id: 'bounce 1' }
    const actions = await Promise.all(
      [one, other, one, other].map(({ reply }, n) => reply(replies.inactive, { late, messageId: `m${n}` })),
    )
    expect(actions.map(({ type }) => type).toSorted()).toEqual(['pass', 'pass', 'pass', 'soft-bounce'])
    expect(actions.filter((action) => action.type === 'pass' && action.duplicate)).toHaveLength(3)
    const { softBounces } = await one.engine.address('anna@icloud.com')
    expect(softBounces).toMatchObject([{ count: 1 }])
    expect(await ledger.events({ subject: 'anna@icloud.com' })).toHaveLength(1)
  })

  it('forgets an id after its time, and not before', async () => {
    const { engine, time, reply } = bench({ ledger: await open() })
    const start = time.now
    const until = start + 100 * day
    await reply(replies.inactive, { late: { id: 'short' } })
    await reply(replies.inactive, { late: { id: 'long', until } })
    time.now = start + 30 * day
    expect(await reply(replies.inactive, { late: { id: 'short' } })).toMatchObject({ duplicate: true })
    time.now = until
    expect(await reply(replies.inactive, { late: { id: 'long', until } })).toMatchObject({ duplicate: true })
    time.now = until + 61 * day
    await reply(replies.inactive, { late: { id: 'new' } })
    await expect.poll(() => keysOf(engine.ledger, 'once/')).toHaveLength(1)
  })
})

describe('an outcome that is told later', () => {
  it('about the recipient alone closes nothing, slows nothing and is in no rate', async () => {
    const { engine, reply, deliver } = bench()
    const late: Late = { about: 'recipient' }
    for (let n = 0; n < 20; n++) {
      for (const text of [replies.blocked, busy, '554 5.7.1 [HM08] Message rejected due to local policy.'])
        await reply(text, { late, messageId: `m${n}`, recipient: `r${n}@icloud.com` })
    }
    await deliver({ late })
    expect(await engine.holds()).toEqual([])
    expect(await engine.lanes()).toEqual([])
    expect(await engine.rates({ window: 'hour' })).toMatchObject({ attempts: 0 })
    expect(await engine.incidents()).toEqual([])
    expect((await engine.address('anna@icloud.com')).lastDeliveredAt).toBeNull()
    expect(await reply(replies.invalid, { late })).toMatchObject({ type: 'suppress', holds: [] })
  })

  it('about all counts as an attempt on a direct hop', async () => {
    const { engine, time, reply, deliver } = bench()
    await deliver({ hop: 'relay', late: { at: time.now - minute } })
    expect((await engine.address('anna@icloud.com')).lastDeliveredAt).toBe(time.now - minute)
    expect(await reply(replies.blocked, { late: {}, lane: 'ses' })).toMatchObject({
      type: 'fail',
      holds: [{ scope: 'sending-ip', id: 'ses' }],
    })
    expect(await engine.rates({ window: 'hour' })).toMatchObject({ attempts: 2 })
  })

  it('is as old as its reply, and then counts for the recipient alone', async () => {
    const { engine, time, reply, deliver } = bench()
    const at = time.now - day
    await reply(replies.blocked, { late: { at } })
    await reply(replies.inactive, { late: { at } })
    expect(await engine.holds()).toEqual([])
    expect(await engine.rates({ window: 'day' })).toMatchObject({ attempts: 0 })
    expect((await engine.address('anna@icloud.com')).softBounces).toMatchObject([
      { count: 1, firstAt: at, lastAt: at },
    ])
    await deliver({ late: { at: at + minute } })
    expect(await engine.address('anna@icloud.com')).toMatchObject({
      softBounces: [],
      lastDeliveredAt: at + minute,
    })
  })

  it('counts for nothing if Apple has taken mail since', async () => {
    const { engine, time, reply, deliver } = bench()
    await deliver()
    for (const text of [replies.invalid, replies.inactive, replies.full])
      expect(await reply(text, { late: { at: time.now - minute, about: 'recipient' } })).toMatchObject({
        type: 'pass',
      })
    const { suppressions, softBounces, quarantine } = await engine.address('anna@icloud.com')
    expect([suppressions, softBounces, quarantine]).toEqual([[], [], null])
  })

  it.each([{ address: 'anna@icloud.com' }, { rule: 'invalid-recipient' }])(
    'counts for nothing if the recipient was released since (%o)',
    async (request) => {
      const { engine, time, reply, deliver } = bench()
      const at = time.now - minute
      await reply(replies.invalid, { late: { at } })
      expect(await engine.release(request)).toBe(1)
      for (let read = 0; read < 2; read++) {
        time.now += 70 * day
        for (const text of [replies.invalid, replies.inactive])
          expect(await reply(text, { late: { at } })).toMatchObject({
            type: 'pass',
            reason: 'this recipient was released since; nothing is counted',
          })
        // An older delivery that is heard of late changes nothing about that.
        await deliver({ late: { at: at - minute } })
      }
      const { suppressions, softBounces } = await engine.address('anna@icloud.com')
      expect([suppressions, softBounces]).toEqual([[], []])
      expect(await reply(replies.invalid, { late: { at: time.now } })).toMatchObject({ type: 'suppress' })
    },
  )

  it.each([replies.invalid, replies.inactive, replies.full])(
    'is held against nobody if it is about another mailbox (%s)',
    async (text) => {
      const { engine, reply } = bench()
      const late = { about: 'recipient', mailbox: 'bob@example.org' } as const
      expect(await reply(text.replaceAll('<anna@icloud.com>', ''), { late })).toMatchObject({
        type: 'soft-bounce',
      })
      expect(await engine.address('anna@icloud.com')).toMatchObject({ suppressions: [], softBounces: [] })
      const own = { about: 'recipient', mailbox: 'ANNA@icloud.com' } as const
      expect((await reply(text, { late: own })).reason).not.toMatch(/another mailbox/)
    },
  )

  it('leaves what was said after a delivery that is heard of late', async () => {
    const { engine, time, reply, deliver } = bench()
    await reply(replies.inactive, { messageId: 'today' })
    await deliver({ late: { at: time.now - day } })
    expect(await engine.address('anna@icloud.com')).toMatchObject({
      softBounces: [{ count: 1 }],
      lastDeliveredAt: time.now - day,
    })
    await deliver()
    await deliver({ late: { at: time.now - day } })
    expect((await engine.address('anna@icloud.com')).lastDeliveredAt).toBe(time.now)
  })

  it('is put in order by when it came, whenever it is told', async () => {
    const { engine, time, reply, deliver } = bench()
    await deliver({ late: { at: time.now - 3 * minute }, messageId: 'm1' })
    const refused = { late: { at: time.now - 2 * minute }, messageId: 'm2' }
    expect(await reply(replies.inactive, refused)).toMatchObject({ type: 'soft-bounce' })
    expect((await engine.address('anna@icloud.com')).softBounces).toMatchObject([{ count: 1 }])
    await deliver({ late: { at: time.now - minute }, messageId: 'm3' })
    expect((await engine.address('anna@icloud.com')).softBounces).toEqual([])
  })

  it('is held against nobody if Apple was broken then, also when that is over', async () => {
    const { engine, time, reply } = bench()
    const at = time.now - day
    await engine.ledger.write([
      {
        key: openKey,
        expected: 0,
        value: {
          closed: [
            { id: 'i1', kind: 'invalid-recipient', since: at - minute, at: at + minute, by: 'recovered' },
          ],
        },
      },
    ])
    expect(await reply(replies.invalid, { late: { at } })).toMatchObject({ type: 'fail' })
    expect((await engine.address('anna@icloud.com')).suppressions).toEqual([])
    expect(await reply(replies.invalid, { late: { at: at + 2 * minute } })).toMatchObject({
      type: 'suppress',
    })
  })

  it('counts for nothing after a year, and as now if it is ahead of the clock', async () => {
    const { engine, time, reply } = bench()
    expect(await reply(replies.invalid, { late: { at: time.now - 367 * day } })).toMatchObject({
      type: 'pass',
    })
    expect((await engine.address('anna@icloud.com')).suppressions).toEqual([])
    await reply(replies.invalid, { late: { at: time.now + day } })
    expect((await engine.address('anna@icloud.com')).suppressions).toMatchObject([{ at: time.now }])
  })

  it.each(['all', 'recipient'] as const)(
    'ends a message that was given up, and waits with one that was not (%s)',
    async (about) => {
      const { reply } = bench()
      const final = { late: { about } }
      expect(await reply(busy, final)).toMatchObject({ type: 'fail', expired: false })
      expect(await reply(replies.full, final)).toMatchObject({ type: 'soft-bounce' })
      for (let n = 0; n < 100; n++)
        expect(await reply(replies.full, { late: { about, final: false }, messageId: 'm2' })).toMatchObject({
          type: 'retry',
        })
    },
  )

  it('stands in the event log if the ESP did not even try, and is held against nobody', async () => {
    const { engine, reply } = bench()
    const outcome = { kind: 'esp-suppressed', by: 'ses', reason: 'on the\r\nsuppression list' } as const
    const late = { id: 'e1' }
    expect(await reply('', { outcome, late })).toMatchObject({ type: 'pass', verdict: null })
    expect(await reply('', { outcome, late })).toMatchObject({ type: 'pass', duplicate: true })
    const events = await engine.ledger.events()
    expect(events).toMatchObject([
      { type: 'esp-suppressed', subject: 'anna@icloud.com', data: { provider: null, by: 'ses' } },
    ])
    expect(JSON.stringify(events)).not.toMatch(/\\[rn]/)
    expect((await engine.address('anna@icloud.com')).suppressions).toEqual([])
    expect(await engine.rates({ window: 'hour' })).toMatchObject({ attempts: 0 })
  })

  it.each([
    ['no object', 1],
    ['an empty id', { id: '' }],
    ['an endless id', { id: 'x'.repeat(1001) }],
    ['a time that is none', { at: '2026' }],
    ['an unknown option', { when: 1 }],
    ['an unknown about', { about: 'lane' }],
    ['a mailbox that is none', { mailbox: 1 }],
  ])('refuses %s by EARGUMENT', async (_, late) => {
    await expect(bench().reply(replies.full, { late: late as Late })).rejects.toMatchObject({
      code: 'EARGUMENT',
    })
  })
})
