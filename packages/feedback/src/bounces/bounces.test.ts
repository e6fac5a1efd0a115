import { signReturnPath } from '@icloud-delivery/engine'
import { describe, expect, it } from 'vitest'
import { bench, deliveredTo, now, returnPath, signed } from './bounces.test.fixture.ts'
import { bounceOf, mtas } from './mta-bounces.test.fixture.ts'

const anna = 'anna@icloud.com'
const victim = 'victim@icloud.com'
const ofVictim = { recipient: victim, reply: `550 5.1.1 <${victim}>: user does not exist` }
const day = 86_400_000

describe('a bounce to a signed return path', () => {
  it.each(mtas)('counts once for whom it was signed for (%s)', async (mta) => {
    const { engine, bounces } = bench()
    const { address } = signed()
    const bounce = bounceOf(mta, { to: address, top: deliveredTo(address) })
    expect(await bounces.message(bounce, { source: 'a' })).toMatchObject([
      {
        source: 'a',
        status: 'recorded',
        recipient: anna,
        trust: 'recipient',
        verdict: { rule: 'invalid-recipient' },
        action: { type: 'suppress' },
      },
    ])
    expect(await bounces.message(bounce)).toMatchObject([{ status: 'duplicate' }])
    expect((await engine.address(anna)).suppressions).toMatchObject([{ origin: 'reply' }])
  })

  it('knows its recipient by an Original-Recipient in xtext', async () => {
    const { engine, bounces } = bench()
    const { address } = signed('anna+news@icloud.com')
    // Nothing else names him (RFC 3461, 4), and the target of a forwarding is gone.
    const bounce = bounceOf('postfix', { top: deliveredTo(address) })
      .replaceAll('anna@icloud.com', 'target@me.com')
      .replace(
        'Original-Recipient: rfc822;target@me.com',
        'Original-Recipient: rfc822;anna+2Bnews@icloud.com',
      )
    expect(await bounces.message(bounce)).toMatchObject([
      { recipient: 'anna+news@icloud.com', trust: 'recipient' },
    ])
    expect((await engine.address('anna+news@icloud.com')).suppressions).toEqual([])
  })

  it('is recorded under the id of the message that came back', async () => {
    const { engine, bounces } = bench()
    const { address } = signed(anna, '<7@example.com>')
    await bounces.message(bounceOf('postfix', { top: deliveredTo(address), messageId: '<7@example.com>' }))
    expect((await engine.address(anna)).suppressions).toMatchObject([{ messageId: '<7@example.com>' }])
  })

  it('is the same failure that a host recorded under its queue id', async () => {
    const { engine, bounces } = bench()
    const reply = '550 5.1.1 <anna@icloud.com>: inactive email address'
    const outcome = { kind: 'reply', input: reply } as const
    await engine.record({ recipient: anna, sender: '', messageId: 'A1B2.1', outcome })
    const { address } = signed(anna, 'A1B2.1')
    const bounce = bounceOf('postfix', { reply, top: deliveredTo(address) }).replace(
      'From: News',
      'Received: from client (client.example.org [192.0.2.7])\r\n\tby relay.example.org (Haraka) with ESMTP id A1B2.1\r\n\tenvelope-from <a@example.com>; Thu, 1 Jan 2026 11:59:00 +0000\r\nFrom: News',
    )
    expect(await bounces.message(bounce)).toMatchObject([{ status: 'recorded' }])
    expect((await engine.address(anna)).softBounces).toMatchObject([{ count: 1 }])
  })

  it('counts once in many processes at the same time', async () => {
    const { engine, bounces } = bench()
    const { address } = signed()
    const reply = '550 5.1.1 <anna@icloud.com>: inactive email address'
    const bounce = bounceOf('postfix', { top: deliveredTo(address), reply })
    const all = await Promise.all(Array.from({ length: 10 }, () => bounces.message(bounce)))
    expect(all.flat().filter(({ status }) => status === 'recorded')).toHaveLength(1)
    expect((await engine.address(anna)).softBounces).toMatchObject([{ count: 1 }])
  })

  it.each(mtas)('suppresses nobody else, whomever it names (%s)', async (mta) => {
    const { engine, bounces } = bench()
    const { address } = signed()
    const [result] = await bounces.message(bounceOf(mta, { ...ofVictim, top: deliveredTo(address) }))
    expect(result).toMatchObject({ status: 'unmatched', action: null })
    expect(await engine.ledger.events()).toEqual([])
  })

  it('counts for whom it was signed for if it is about one recipient only, whatever Final-Recipient says', async () => {
    const { engine, bounces } = bench()
    const { address } = signed()
    const bounce = bounceOf('postfix', { ...ofVictim, top: deliveredTo(address) }).replace(
      `To: ${victim}`,
      `To: ${anna}`,
    )
    // The words are about another mailbox, such as the target of a forwarding: nothing is held against anybody.
    expect(await bounces.message(bounce)).toMatchObject([
      { status: 'recorded', recipient: anna, action: { type: 'soft-bounce' } },
    ])
    expect((await engine.address(anna)).softBounces).toEqual([])
    expect(await engine.ledger.events({ subject: victim })).toEqual([])
  })

  it('holds nothing against whom it was signed for if the target of his forwarding is gone', async () => {
    const { engine, bounces } = bench()
    const bounce = bounceOf('postfix', {
      top: deliveredTo(signed().address),
      reply: '550 5.1.6 recipient no longer on server',
    }).replace(`Final-Recipient: rfc822; ${anna}`, 'Final-Recipient: rfc822; bob@icloud.com')
    expect(await bounces.message(bounce)).toMatchObject([
      { status: 'recorded', recipient: anna, action: { type: 'soft-bounce' } },
    ])
    for (const address of [anna, 'bob@icloud.com'])
      expect(await engine.address(address)).toMatchObject({ suppressions: [], softBounces: [] })
  })

  it.each([
    [
      'an answer that quotes it',
      (text: string) =>
        text.replace('This message was', 'You wrote:\r\n\r\nThis message was').replace(/X-Failed.*\r\n/, ''),
    ],
    ['an answer without a word of its own', (text: string) => text.replace(/X-Failed.*\r\n/, '')],
  ])('is not %s', async (_, quoted) => {
    const { bounces } = bench()
    const answer = quoted(bounceOf('exim', { top: deliveredTo(signed().address) }))
    expect(await bounces.message(answer)).toMatchObject([{ status: 'not-a-bounce' }])
  })

  it('is no delivery status in other mail', async () => {
    const { bounces } = bench()
    const mail = bounceOf('postfix', { top: deliveredTo(signed().address) }).replace(
      'multipart/report; report-type=delivery-status',
      'multipart/mixed',
    )
    expect(await bounces.message(mail)).toMatchObject([{ status: 'not-a-bounce' }])
  })

  it('acts on none of several that are not the one that was signed for', async () => {
    const { engine, bounces } = bench()
    const { address } = signed()
    const both = bounceOf('postfix', { ...ofVictim, top: deliveredTo(address) })
      .replace(/(Final-Recipient[^]*?Diagnostic-Code.*\r\n)/, '$1\r\n$1')
      .replace(`To: ${victim}`, `To: ${anna}`)
    expect(await bounces.message(both)).toMatchObject([{ status: 'unmatched' }])
    expect(await engine.ledger.events()).toEqual([])
  })

  it('finds a recipient that the bounce does not name where the sender keeps them', async () => {
    const { address, id } = signed()
    const { bounces } = bench({ recipientsOf: (path) => (path.id === id ? [anna] : []) })
    const bounce = bounceOf('postfix', { recipient: 'x@example.org', top: deliveredTo(address) })
    expect(await bounces.message(bounce)).toMatchObject([{ status: 'recorded', recipient: anna }])
  })

  it('comes again if a recipient could not be looked up', async () => {
    const { bounces } = bench({
      recipientsOf: () => {
        throw new Error('no database')
      },
    })
    expect(await bounces.message(bounceOf('postfix', { top: deliveredTo(signed().address) }))).toMatchObject([
      { status: 'failed', reason: expect.stringContaining('no database') as string },
    ])
  })

  it.each([
    ['block of the IP', '550 5.7.0 Blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.10'],
    ['rate', '421 [HCM1] Your mail from 192.0.2.10 was deferred.'],
    [
      'local policy',
      '554 5.7.1 [HM08] Message rejected due to local policy. See https://support.apple.com/HT204137',
    ],
    ['outage', '550 5.1.1 <anna@icloud.com>: user lookup success but no user record found'],
  ])('changes no lane, stream, domain, rate or incident (%s)', async (_, reply) => {
    const { engine, bounces } = bench()
    for (let n = 0; n < 30; n++) {
      const recipient = `r${n}@icloud.com`
      const { address } = signed(recipient)
      await bounces.message(bounceOf('postfix', { recipient, reply, top: deliveredTo(address) }))
    }
    expect(await engine.holds()).toEqual([])
    expect(await engine.lanes()).toEqual([])
    expect(await engine.incidents()).toEqual([])
    expect(await engine.rates({ window: 'hour' })).toMatchObject({ attempts: 0 })
    const kinds = (await engine.ledger.events({ limit: 1000 })).map(({ type }) => type)
    expect(new Set(kinds).has('alert')).toBe(false)
    expect(kinds.filter((kind) => kind === 'suppress')).toEqual([])
  })

  it('lists forged, expired and foreign ones, and acts on none', async () => {
    const { engine, bounces } = bench()
    const good = signed().address
    const other = { ...returnPath, keys: [{ id: 'k9', secret: 'another secret that is as long as this' }] }
    const message = { recipient: anna, messageId: '<1@example.com>' }
    const cases = {
      forged: good.replace(/.(?=@)/, (last) => (last === 'a' ? 'b' : 'a')),
      expired: signReturnPath({ ...returnPath, ...message, clock: () => now - 30 * day }).address,
      'other-key': signReturnPath({ ...other, ...message, clock: () => now }).address,
      unsigned: 'bounce@example.com',
    }
    for (const [status, address] of Object.entries(cases)) {
      for (const mta of mtas)
        expect(await bounces.message(bounceOf(mta, { top: deliveredTo(address) }))).toMatchObject([
          { status, recipient: anna, action: null, trust: null, verdict: { rule: 'invalid-recipient' } },
        ])
    }
    expect(await engine.ledger.events()).toEqual([])
  })

  it('believes the topmost field only, and an envelope that is given before all fields', async () => {
    const { bounces } = bench()
    const { address } = signed()
    const below = bounceOf('postfix', { top: deliveredTo('postmaster@example.com') + deliveredTo(address) })
    expect(await bounces.message(below)).toMatchObject([{ status: 'unsigned' }])
    const given = bounceOf('postfix', { top: deliveredTo('postmaster@example.com') })
    expect(await bounces.message(given, { deliveredTo: address })).toMatchObject([{ status: 'recorded' }])
    const above = bounceOf('postfix', { top: deliveredTo(address) })
    expect(await bounces.message(above, { deliveredTo: 'postmaster@example.com' })).toMatchObject([
      { status: 'unsigned' },
    ])
  })

  it('looks into the fields that it is told of', async () => {
    const { bounces } = bench({ addressFields: ['X-Envelope-To'] })
    const { address } = signed()
    expect(await bounces.message(bounceOf('exim', { top: deliveredTo(address) }))).toMatchObject([
      { status: 'unsigned' },
    ])
    const told = bounceOf('exim', { top: `X-Envelope-To: <${address.toUpperCase()}>\n` })
    expect(await bounces.message(told)).toMatchObject([{ status: 'recorded' }])
  })

  it('lists delays and successes, and what follows a delay counts', async () => {
    const { bounces } = bench()
    const { address } = signed()
    const bounce = bounceOf('postfix', { top: deliveredTo(address) })
    for (const [action, status] of [
      ['delayed', 'delayed'],
      ['relayed', 'not-a-bounce'],
      ['expanded', 'not-a-bounce'],
      ['failed', 'recorded'],
    ] as const)
      expect(await bounces.message(bounce.replace('Action: failed', `Action: ${action}`))).toMatchObject([
        { status },
      ])
  })

  it('holds no reply of another host against anybody', async () => {
    const { engine, bounces } = bench()
    const { address } = signed()
    const top = deliveredTo(address)
    for (const mta of mtas.filter((one) => one !== 'qmail' && one !== 'microsoft 365'))
      expect(await bounces.message(bounceOf(mta, { top, mx: 'relay.example.org' }))).toMatchObject([
        { status: 'not-apple' },
      ])
    // Apple's outbound servers report what others said to its users' mail.
    const reporter = 'st43p00im-asmtp002.me.com'
    expect(await bounces.message(bounceOf('postfix', { top, reporter }))).toMatchObject([
      { status: 'not-apple' },
    ])
    expect(await engine.ledger.events()).toEqual([])
  })

  it('holds nothing against whom Apple has taken mail for since', async () => {
    const { engine, bounces } = bench()
    const { address } = signed()
    await engine.record({
      recipient: anna,
      sender: '',
      messageId: '<2@example.com>',
      outcome: { kind: 'delivered' },
    })
    expect(await bounces.message(bounceOf('postfix', { top: deliveredTo(address) }))).toMatchObject([
      { status: 'outdated' },
    ])
    expect((await engine.address(anna)).suppressions).toEqual([])
  })
})

describe('an unsigned bounce', () => {
  it('is acted on only if somebody wants it, and then for its recipient alone', async () => {
    const { engine, bounces } = bench({ actOnUnsigned: true })
    expect(await bounces.message(bounceOf('exim'))).toMatchObject([
      { status: 'recorded', trust: 'recipient', action: { type: 'suppress' } },
    ])
    expect(await bounces.message(bounceOf('postfix'))).toMatchObject([{ status: 'duplicate' }])
    const forged = signed().address.replace(/.(?=@)/, (last) => (last === 'a' ? 'b' : 'a'))
    const other = { top: deliveredTo(forged), messageId: '<3@example.com>' }
    expect(await bounces.message(bounceOf('postfix', other))).toMatchObject([{ status: 'forged' }])
    expect(await engine.holds()).toEqual([])
  })

  it('gives a line for each recipient', async () => {
    const { bounces } = bench()
    const one = /(Final-Recipient[^]*?Diagnostic-Code.*\r\n)/.exec(bounceOf('postfix'))?.[1] ?? ''
    const many = Array.from({ length: 3 }, (_, n) => one.replaceAll('anna@', `anna${n}@`)).join('\r\n')
    const results = await bounces.message(bounceOf('postfix').replace(one, many))
    expect(results.map(({ recipient }) => recipient)).toEqual([0, 1, 2].map((n) => `anna${n}@icloud.com`))
  })
})

it.each([
  ['no feedback', {}],
  ['no options', undefined],
  ['fields that are none', { feedback: { record() {} }, addressFields: [''] }],
  ['a relay without a name', { feedback: { record() {} }, relays: [{ hosts: [] }] }],
])('refuses %s by EARGUMENT', async (_, options) => {
  const { createBounces } = await import('./bounces.ts')
  expect(() => createBounces(options as never)).toThrow(expect.objectContaining({ code: 'EARGUMENT' }))
})
