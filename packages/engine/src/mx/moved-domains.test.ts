import { describe, expect, it, vi } from 'vitest'
import { bench, type Bench } from '../bench.test.fixture.ts'
import type { ResolveMx } from './mx-book.ts'

const recipient = 'anna@example.org'
const invalid = `550 5.1.1 <${recipient}>: user does not exist`

/** An engine that Apple told of an address at a custom domain which does not exist. */
async function suppressedAt(resolveMx?: ResolveMx): Promise<Bench> {
  const ours = bench(resolveMx && { resolveMx })
  expect(await ours.reply(invalid, { recipient })).toMatchObject({ type: 'suppress' })
  return ours
}

describe('a suppression by a reply for a custom domain', () => {
  it('counts while the MX of the domain is at Apple, and not when it has moved', async () => {
    let names = ['mx01.mail.icloud.com']
    const { admit, time } = await suppressedAt(async () => names)
    const ask = async (hop: 'direct' | 'relay'): Promise<unknown> =>
      (await admit({ recipients: [recipient], hop }))[0]
    expect(await ask('direct')).toMatchObject({ decision: 'suppressed', rule: 'invalid-recipient' })
    names = ['mx.example.org']
    time.now += 600_000
    for (const hop of ['direct', 'relay'] as const) {
      expect(await ask(hop)).toMatchObject({
        decision: 'send',
        suppression: null,
        reason: 'invalid-recipient: does not count, as the MX of its domain is not at Apple',
      })
    }
  })

  it.each<[string, ResolveMx | undefined]>([
    ['nobody can ask', undefined],
    ['DNS fails', () => Promise.reject(new Error('SERVFAIL'))],
  ])('counts if %s', async (_, resolveMx) => {
    const { admit } = await suppressedAt(resolveMx)
    expect(await admit({ recipients: [recipient] })).toMatchObject([{ decision: 'suppressed' }])
  })

  it('is asked about alone: no other recipient, no other origin, no domain of Apple’s', async () => {
    const resolveMx = vi.fn<ResolveMx>(async () => ['mx.example.org'])
    const { engine, admit, reply } = await suppressedAt(resolveMx)
    await reply('550 5.1.1 <anna@icloud.com>: user does not exist')
    await engine.suppress({ recipient: 'berta@example.com', origin: 'unsubscribe' })
    await engine.suppress({ recipient, origin: 'unsubscribe' })
    const recipients = ['anna@icloud.com', 'berta@example.com', 'carl@example.net', recipient]
    const answers = await admit({ recipients, stream: 'marketing' })
    expect(answers.map(({ decision, reason }) => [decision, reason])).toEqual([
      ['suppressed', 'suppressed: invalid-recipient'],
      ['suppressed', 'suppressed: unsubscribe'],
      ['send', 'nothing against it'],
      ['suppressed', 'suppressed: unsubscribe'],
    ])
    expect(resolveMx.mock.calls).toEqual([['example.org']])
    expect(await admit({ recipients })).toMatchObject([
      { decision: 'suppressed' },
      { decision: 'send' },
      { decision: 'send' },
      { decision: 'send', reason: expect.stringContaining('does not count') },
    ])
  })
})

describe('a domain that Apple does not serve', () => {
  it('has its MX looked up anew and is told to hosts; the alert says where it is', async () => {
    const resolveMx = vi.fn<ResolveMx>(async () => ['mx.example.org'])
    const { engine, time, reply } = bench({ resolveMx })
    const doubted = vi.fn<(event: { domain: string }) => void>()
    const alerts = vi.fn<(alert: { kind: string; message: string }) => void>()
    engine.on('mxDoubtful', doubted)
    engine.on('alert', alerts)
    for (let n = 0; n < 4; n++) {
      const action = await reply(`554 5.7.1 <${recipient}>: Relay access denied`, {
        recipient,
        messageId: `m${n}`,
      })
      expect(action.type).toBe('soft-bounce')
      time.now += 10 * 86_400_000
    }
    expect(doubted.mock.calls).toEqual(Array.from({ length: 4 }, () => [{ domain: 'example.org' }]))
    expect(resolveMx).toHaveBeenCalledTimes(4)
    expect(alerts).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({
        kind: 'domain-denied',
        subject: 'example.org',
        message: expect.stringContaining('not at Apple any more'),
      }),
    )
    const log = await engine.ledger.events({ subject: 'example.org' })
    expect(log.map(({ type }) => type)).toEqual(['alert', ...Array.from({ length: 4 }, () => 'mx-doubtful')])
    expect((await engine.address(recipient)).suppressions).toEqual([])
  })
})
