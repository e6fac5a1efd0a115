import { describe, expect, it, vi } from 'vitest'
import { bench, replies, type Bench } from './bench.test.fixture.ts'
import { BreakableLedger } from './broken-ledger.test.fixture.ts'
import type { EngineEvents } from './engine.ts'
import { memoryLedger } from './ledger/memory-ledger.ts'

const dayMs = 86_400_000

describe('an address that took mail lately', () => {
  it('is quarantined first, confirmed by a second reply, and released by hand', async () => {
    const { engine, time, admit, reply, deliver } = bench()
    const released = async (): Promise<unknown> => {
      await engine.release({ address: 'anna@icloud.com' })
      return (await engine.address('anna@icloud.com')).quarantine
    }
    await deliver()
    expect(await reply(replies.invalid, { messageId: 'm2' })).toMatchObject({ type: 'soft-bounce' })
    expect(await admit()).toMatchObject([{ decision: 'later', retryAt: time.now + 2 * dayMs }])
    expect(await admit({ acceptedAt: time.now, deliverBy: time.now + dayMs })).toMatchObject([
      { decision: 'expired' },
    ])
    expect(await engine.address('anna@icloud.com')).toMatchObject({
      suppressions: [],
      quarantine: { rule: 'invalid-recipient', reply: replies.invalid, messageId: 'm2' },
    })
    time.now += 2 * dayMs
    expect(await reply(replies.invalid, { messageId: 'm3' })).toMatchObject({
      type: 'suppress',
      suppression: { messageId: 'm3', incident: null, earlier: { messageId: 'm2' } },
    })
    expect(await released()).toBe(null)
    await reply(replies.invalid, { messageId: 'm4' })
    expect((await engine.address('anna@icloud.com')).quarantine).not.toBe(null)
    expect(await released()).toBe(null)
    expect(await admit()).toMatchObject([{ decision: 'send' }])
  })
})

describe('an important address', () => {
  it('raises an alert when a reply suppresses it, until the mark is taken back', async () => {
    const { engine, reply } = bench()
    const alert = vi.fn<(payload: EngineEvents['alert']) => void>()
    engine.on('alert', alert)
    await engine.markImportant('Anna@iCloud.com', true)
    await engine.markImportant('anna@icloud.com', true)
    expect(await engine.address('anna@icloud.com')).toMatchObject({ important: true })
    await reply(replies.invalid)
    expect(alert).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ kind: 'important-suppressed', subject: 'anna@icloud.com' }),
    )
    await engine.release({ address: 'anna@icloud.com' })
    expect(await engine.address('anna@icloud.com')).toMatchObject({ important: true, suppressions: [] })
    await engine.markImportant('anna@icloud.com', false)
    await reply(replies.invalid, { messageId: 'm2' })
    expect(alert).toHaveBeenCalledTimes(1)
    expect((await engine.ledger.events({ type: 'mark-important' })).map(({ data }) => data)).toEqual([
      { important: false },
      { important: true },
    ])
  })

  it('leaves nothing behind when the mark is taken back', async () => {
    const { engine } = bench()
    await engine.markImportant('anna@icloud.com', true)
    await engine.markImportant('anna@icloud.com', false)
    expect(await engine.ledger.read(['recipient/anna@icloud.com'])).toEqual([null])
  })

  it('is one by true or false only, of an address', async () => {
    const { engine } = bench()
    await expect(engine.markImportant('anna@icloud.com', 1 as never)).rejects.toMatchObject({
      code: 'EARGUMENT',
    })
    await expect(engine.markImportant('anna', true)).rejects.toMatchObject({ code: 'EARGUMENT' })
  })
})

describe('a full mailbox', () => {
  it('is tried by one of many messages at once, in all processes', async () => {
    const ledger = memoryLedger()
    const [one, other] = [bench({ ledger }), bench({ ledger })]
    const fail = async (messageId: string): Promise<void> => {
      for (let tries = 0; tries < 5; tries++) await one.reply(replies.full, { messageId })
    }
    await fail('first')
    one.time.now += 14 * dayMs
    await fail('second')
    one.time.now += 14 * dayMs
    other.time.now = one.time.now
    const ask = ({ admit }: Bench, messageId: string): ReturnType<Bench['admit']> =>
      admit({ messageId, stream: 'marketing' })
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => ask(n % 2 === 0 ? one : other, `n${n}`)),
    )
    expect(answers.flat().filter(({ decision }) => decision === 'send')).toHaveLength(1)
    expect(await one.engine.address('anna@icloud.com')).toMatchObject({
      softBounces: [{ rule: 'mailbox-full', count: 2, nextTryAt: one.time.now + 14 * dayMs }],
    })
  })

  it('is not tried twice by one request that names it twice', async () => {
    const { admit, time, reply } = bench()
    for (const messageId of ['first', 'second']) {
      for (let tries = 0; tries < 5; tries++) await reply(replies.full, { messageId })
      time.now += 14 * dayMs
    }
    const recipients = ['anna@icloud.com', 'ANNA@icloud.com']
    const answers = await admit({ recipients, stream: 'marketing' })
    expect(answers.map(({ decision }) => decision)).toEqual(['send', 'later'])
  })
})

describe('limited recipients', () => {
  it('are told in the log as a lane that slowed down, and read for those replies only', async () => {
    const ledger = new BreakableLedger()
    const { engine, reply } = bench({ ledger })
    await ledger.countAfterFirstLook(engine)
    for (let n = 0; n < 5; n++) {
      const recipient = `a${n}@icloud.com`
      const text = `421 4.7.1 Messages to ${recipient} deferred due to excessive volume. Try again later`
      expect(await reply(text, { recipient })).toMatchObject({ type: 'retry' })
    }
    // The last one of them is the lane's own.
    expect([ledger.reads, ledger.writes]).toEqual([6, 6])
    expect(await engine.lanes()).toMatchObject([{ slowed: { rule: 'rate-limited' } }])
    expect(await engine.ledger.events({ type: 'lane-slowed' })).toMatchObject([
      { subject: 'default', data: { rule: 'rate-limited' } },
    ])
  })
})

describe('icloud.com, me.com and mac.com', () => {
  const everywhere = ['anna@icloud.com', 'Anna@me.com', 'anna@mac.com', 'anna@example.org']
  const decisions = async ({ admit }: Bench, stream = 'transactional'): Promise<string[]> =>
    (await admit({ recipients: everywhere, stream })).map(({ decision }) => decision)

  it('are three mailboxes, unless configured otherwise', async () => {
    const ours = bench()
    await ours.reply('550 5.1.1 <anna@me.com>: user does not exist', { recipient: 'anna@me.com' })
    expect(await decisions(ours)).toEqual(['send', 'suppressed', 'send', 'send'])
  })

  it('are one mailbox then, for all that is remembered', async () => {
    const ours = bench({ sameMailbox: true })
    const { engine, reply, deliver } = ours
    const invalid = '550 5.1.1 <anna@me.com>: user does not exist'
    const action = await reply(invalid, { recipient: 'Anna@mac.com' })
    expect(action).toMatchObject({ recipient: 'Anna@mac.com', suppression: { recipient: 'anna@icloud.com' } })
    expect(await decisions(ours)).toEqual(['suppressed', 'suppressed', 'suppressed', 'send'])
    expect(await engine.ledger.events({ subject: 'anna@icloud.com' })).toHaveLength(1)

    expect(await engine.release({ address: 'anna@me.com' })).toBe(1)
    expect(await decisions(ours)).toEqual(['send', 'send', 'send', 'send'])
    await engine.recordEngagement('anna@mac.com', 'unsubscribe')
    await engine.markImportant('anna@me.com', true)
    expect(await decisions(ours, 'marketing')).toEqual(['suppressed', 'suppressed', 'suppressed', 'send'])
    await deliver({ recipient: 'anna@me.com' })
    expect(await engine.address('anna@icloud.com')).toMatchObject({
      important: true,
      lastDeliveredAt: ours.time.now,
      engagement: { unsubscribedAt: ours.time.now },
    })
    await engine.suppress({ recipient: 'anna@mac.com', origin: 'operator' })
    expect(await decisions(ours)).toEqual(['suppressed', 'suppressed', 'suppressed', 'send'])
  })

  it('are one seat among the first of a campaign', async () => {
    const { engine, admit } = bench({ sameMailbox: true })
    await engine.canary({ id: 'spring', size: 1 })
    const asked = { campaign: 'spring', stream: 'marketing' }
    const [first] = await admit({ ...asked, recipients: ['anna@me.com'] })
    const [same, other] = await admit({ ...asked, recipients: ['anna@icloud.com', 'berta@icloud.com'] })
    expect([first, same, other].map((answer) => answer?.decision)).toEqual(['send', 'send', 'held'])
  })

  it('are still not the mailbox of somebody else that a reply names', async () => {
    const ours = bench({ sameMailbox: true })
    const invalid = '550 5.1.1 <berta@me.com>: user does not exist'
    expect(await ours.reply(invalid)).toMatchObject({ type: 'soft-bounce' })
  })
})

describe('deliverBy', () => {
  it('is milliseconds, and ends a message', async () => {
    const { admit, reply, time, engine } = bench()
    const deliverBy = time.now + 60_000
    const busy = '451 4.7.1 Service unavailable - try again later'
    expect(await reply(busy, { deliverBy })).toMatchObject({ type: 'retry', retryAt: deliverBy })
    time.now = deliverBy
    expect(await admit({ deliverBy })).toMatchObject([{ decision: 'expired', retryAt: null }])
    expect(await reply(busy, { deliverBy })).toMatchObject({ type: 'fail', expired: true })
    expect((await engine.address('anna@icloud.com')).softBounces).toEqual([])
    await expect(admit({ deliverBy: '1' as never })).rejects.toMatchObject({ code: 'EARGUMENT' })
    await expect(reply(busy, { deliverBy: Number.NaN })).rejects.toMatchObject({ code: 'EARGUMENT' })
  })

  it('is kept to without a ledger', async () => {
    const ledger = new BreakableLedger()
    const { admit, time } = bench({ ledger })
    ledger.broken = 'all'
    expect(await admit({ deliverBy: time.now })).toMatchObject([{ decision: 'expired' }])
    expect(await admit({ deliverBy: time.now + 1 })).toMatchObject([{ decision: 'send' }])
  })
})
