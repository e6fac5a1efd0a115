import { describe, expect, it } from 'vitest'
import { bench, replies, type Bench } from './bench.test.fixture.ts'
import { memoryLedger } from './ledger/memory-ledger.ts'
import type { Ledger } from './ledger/ledger.ts'
import { isHashedName } from './names/address-names.ts'

const k1 = { id: 'k1', secret: 'the first secret of thirty-two bytes' }
const k2 = { id: 'k2', secret: 'the second secret of thirty-two bytes' }
const week = 7 * 86_400_000

async function everythingIn(ledger: Ledger): Promise<string> {
  const all: unknown[] = [await ledger.events({ limit: 1000 })]
  for await (const entry of ledger.list('')) all.push(entry)
  return JSON.stringify(all)
}

async function decisionOf({ admit }: Bench, stream: string): Promise<string | undefined> {
  return (await admit({ stream }))[0]?.decision
}

describe('an engine with address keys', () => {
  it('remembers nothing by its address, and finds all of it by its address', async () => {
    const ledger = memoryLedger()
    const ours = bench({ ledger, addressKeys: [k1] })
    const { engine, reply, time } = ours
    await engine.recordEngagement('Anna@iCloud.com', 'click')
    await engine.recordConsent('anna@icloud.com', time.now, 'form of anna@icloud.com')
    for (let n = 0; n < 5; n++) {
      await reply(replies.inactive, { messageId: `m${n}` })
      time.now += 2 * week
    }
    await engine.suppress({
      recipient: 'ben@icloud.com',
      origin: 'operator',
      note: 'ben@icloud.com asked for it',
    })
    await engine.recordEngagement('anna@icloud.com', 'unsubscribe')

    expect(await everythingIn(ledger)).not.toMatch(/anna|ben/i)
    expect(await decisionOf(ours, 'transactional')).toBe('suppressed')
    const known = await engine.address('ANNA@icloud.com')
    expect(known.suppressions.map(({ origin }) => origin)).toEqual(['reply', 'unsubscribe'])
    expect(known.engagement.consents).toMatchObject([{ how: 'form of [address]' }])
    const ben: string[] = []
    for await (const { recipient, origin } of engine.suppressions()) {
      expect(isHashedName(recipient)).toBe(true)
      if (origin === 'operator') ben.push(recipient)
    }
    expect(await engine.release({ address: 'anna@icloud.com' })).toBe(1)
    expect(await engine.release({ address: ben[0] ?? '', origin: 'operator' })).toBe(1)
    expect((await engine.address('ben@icloud.com')).suppressions).toEqual([])
  })

  it('keeps no local part that stands alone, but where the reply means nothing without it', async () => {
    const ledger = memoryLedger()
    const { engine, reply } = bench({ ledger, addressKeys: [k1] })
    const verdicts = ['anna', 'user'].map(async (local) => {
      const text = `550 5.1.1 ${local}: user does not exist`
      return (
        await reply(text, { recipient: `${local}@icloud.com`, messageId: local === 'anna' ? '1' : '2' })
      ).verdict
    })
    for (const verdict of await Promise.all(verdicts)) {
      expect(verdict).toMatchObject({
        rule: 'invalid-recipient',
        text: expect.stringMatching(/^550 5\.1\.1 (anna|user): user/),
      })
    }
    const all = await everythingIn(ledger)
    expect(all).not.toContain('anna')
    expect(all).toContain('550 5.1.1 [address]: user does not exist')
    expect(all).toContain('550 5.1.1 user: user does not exist')
    expect((await engine.address('anna@icloud.com')).suppressions).toMatchObject([
      { reply: '550 5.1.1 [address]: user does not exist' },
    ])
    await engine.close()
  })

  it('leaves what was kept before as it is', async () => {
    const ledger = memoryLedger()
    const { engine, reply } = bench({ ledger, addressKeys: [k1] })
    const recipient = 'user@icloud.com'
    await reply('550 5.1.1 <user@icloud.com>: user does not exist', { recipient, messageId: '1' })
    const [before] = (await engine.address(recipient)).suppressions
    expect(before?.reply).toMatch(/user/)
    await reply('452 4.2.2 user is over quota', { recipient, messageId: '2' })
    await reply('552 5.2.2 user: over quota', { recipient, messageId: '3' })
    expect((await engine.address(recipient)).suppressions).toEqual([before])
  })

  it('takes no name that was made with a key it has not', async () => {
    const name = `${'0'.repeat(32)}@k1.hashed.invalid`
    for (const options of [{ addressKeys: [k2] }, {}]) {
      const { engine, admit } = bench(options)
      await expect(engine.suppress({ recipient: name, origin: 'operator' })).rejects.toMatchObject({
        code: 'EARGUMENT',
      })
      const exported = [JSON.stringify({ recipient: name, origin: 'import', streams: ['*'] })]
      expect(await engine.import(exported, { format: 'ndjson' })).toMatchObject({ added: 0, bad: 1 })
      expect((await admit({ recipients: [name] }))[0]?.decision).toBe('send')
    }
  })

  it('still tells whose mailbox a reply names', async () => {
    const { reply } = bench({ addressKeys: [k1] })
    const other = '550 5.1.1 <somebody.else@icloud.com>: user does not exist'
    expect((await reply(other)).type).toBe('soft-bounce')
    expect((await reply(replies.invalid)).type).toBe('suppress')
  })

  it('knows the recipient who is the probe of a hold', async () => {
    const { engine, admit, reply, deliver, time } = bench({ addressKeys: [k1] })
    await reply(replies.blocked)
    time.now += 3_600_000
    expect((await admit())[0]?.decision).toBe('send')
    await deliver({ messageId: 'm2' })
    expect(await engine.holds()).toEqual([])
  })

  it('goes on under a new key with what was remembered under the one before', async () => {
    const ledger = memoryLedger()
    await bench({ ledger, addressKeys: [k1] }).reply(replies.invalid)
    const ours = bench({ ledger, addressKeys: [k2, k1] })
    expect(await decisionOf(ours, 'marketing')).toBe('suppressed')
    expect(await ours.engine.release({ address: 'anna@icloud.com' })).toBe(1)
    expect(await decisionOf(ours, 'marketing')).toBe('send')
  })

  it('treats a ledger of other keys as one that is out of reach', async () => {
    const ledger = memoryLedger()
    const first = bench({ ledger, addressKeys: [k1] })
    await first.reply(replies.invalid)
    for (const options of [{ addressKeys: [k2] }, {}]) {
      const ours = bench({ ledger, ...options })
      const alerts: string[] = []
      ours.engine.on('alert', ({ message }) => alerts.push(message))
      expect(await decisionOf(ours, 'marketing')).toBe('held')
      expect(alerts).toEqual([expect.stringContaining('(EADDRESSKEYS; the log says more)')])
      expect(await decisionOf(ours, 'transactional')).toBe('send')
      expect(await ours.deliver()).toMatchObject({ type: 'delivered', durable: false })
      await expect(ours.engine.address('anna@icloud.com')).rejects.toMatchObject({ code: 'EADDRESSKEYS' })
    }
    expect(await decisionOf(first, 'transactional')).toBe('suppressed')
  })
})
