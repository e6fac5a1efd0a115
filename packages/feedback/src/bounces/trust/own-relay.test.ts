import { createEngine } from '@icloud-delivery/engine'
import { describe, expect, it } from 'vitest'
import { bench, deliveredTo, signed } from '../bounces.test.fixture.ts'
import { createFeedback } from '../../recorder/feedback.ts'
import { bounceOf } from '../mta-bounces.test.fixture.ts'

const relays = [{ hosts: ['relay.example.org'], addresses: ['192.0.2.5', '2001:db8::5'], lane: 'relay' }]
const receivers = { hosts: ['mx.example.com', 'mail.example.com'], addresses: ['192.0.2.6', '127.0.0.1'] }
const blocked = '550 5.7.0 Blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.10'

const ownMx =
  'Received: from relay.example.org (relay.example.org [192.0.2.5])\n\tby mx.example.com (Postfix) with ESMTPS id 4A2\n\tfor <bounce@example.com>; Thu, 1 Jan 2026 12:00:01 +0000 (UTC)\n'
const madeByRelay =
  'Received: by relay.example.org (Postfix)\n\tid 4A1; Thu, 1 Jan 2026 12:00:00 +0000 (UTC)\n'
const madeByExim =
  'Received: from Debian-exim by relay.example.org with local (Exim 4.96)\n\tid 1xWWxt-0007ih-1D\n\tfor bounce@example.com;\n\tThu, 1 Jan 2026 12:00:00 +0000\n'
const toMailbox =
  'Received: from mx.example.com ([192.0.2.6]) by mail.example.com with LMTP id x; Thu, 1 Jan 2026 12:00:02 +0000\n'
const byFilter =
  'Received: from localhost (localhost [127.0.0.1]) by mx.example.com (Postfix) with ESMTP id 4A3; Thu, 1 Jan 2026 12:00:02 +0000\n'
const stranger =
  'Received: from evil.example.net (evil.example.net [203.0.113.9]) by mx.example.com (Postfix) with ESMTP id 4A4; Thu, 1 Jan 2026 12:00:02 +0000\n'

async function result(top: string, more: { reporter?: string } = {}) {
  const { engine, bounces } = bench({ relays, receivers })
  const results = await bounces.message(bounceOf('postfix', { top, reply: blocked, ...more }))
  return { results, holds: await engine.holds() }
}

describe('a bounce that a relay of ours wrote', () => {
  it.each([
    ['handed to our MX', ownMx + madeByRelay],
    ['through a filter to the mailbox', toMailbox + byFilter + ownMx + madeByRelay],
    ['delivered where it was written', madeByRelay],
    ['made by Exim', ownMx + madeByExim],
    [
      'made by Sendmail',
      `${ownMx}Received: from localhost (localhost) by relay.example.org (8.17.1/8.17.1) id 1; Thu, 1 Jan 2026 12:00:00 +0000\n`,
    ],
    ['over IPv6', ownMx.replace('192.0.2.5', 'IPv6:2001:DB8:0:0::5') + madeByRelay],
    [
      'as Exim writes it',
      ownMx.replace(/from .*\n/, 'from [192.0.2.5] (helo=relay.example.org)\n') + madeByRelay,
    ],
    [
      'as Exchange writes it',
      ownMx.replace(
        /from .*\n.*id 4A2/,
        'from relay.example.org (192.0.2.5) by mx.example.com (192.0.2.6) with Microsoft SMTP Server id 4A2',
      ) + madeByRelay,
    ],
  ])('counts for its lane (%s)', async (_, top) => {
    const { results, holds } = await result(top)
    expect(results).toMatchObject([{ status: 'recorded', trust: 'all' }])
    expect(holds).toMatchObject([{ scope: 'sending-ip', id: 'relay' }])
  })

  it.each([
    ['without Received fields', ''],
    ['without a field of the relay that tells that it was made there', ownMx],
    ['from a stranger', stranger],
    ['from a stranger who claims to pass on', stranger + ownMx + madeByRelay],
    [
      'from a stranger who greets as the relay',
      stranger.replace('from evil.example.net (evil.example.net', 'from relay.example.org (unknown'),
    ],
    [
      'from a stranger who greets with its address',
      stranger.replace('from evil.example.net (evil.example.net', 'from [192.0.2.5] (unknown'),
    ],
    [
      'from a stranger who greets with a whole field',
      stranger.replace(
        'from evil.example.net (evil.example.net',
        'from relay.example.org (relay.example.org [192.0.2.5]) by mx.example.com (Postfix) id 1; (unknown',
      ),
    ],
    ['from a stranger whose address is hidden', stranger.replace(' [203.0.113.9]', '')],
    [
      'from a stranger, as Exchange writes it',
      'Received: from relay.example.org (203.0.113.9) by mx.example.com (192.0.2.6) with Microsoft SMTP Server id 1; Thu, 1 Jan 2026 12:00:02 +0000\n',
    ],
    [
      'from a client of the relay',
      `${ownMx}Received: from client (client.example.net [203.0.113.9]) by relay.example.org (Postfix) with ESMTPSA id 4A0; Thu, 1 Jan 2026 12:00:00 +0000\n`,
    ],
    [
      'from a program on the relay',
      `${ownMx}Received: from localhost (localhost [127.0.0.1]) by relay.example.org (Postfix) with ESMTP id 4A0; Thu, 1 Jan 2026 12:00:00 +0000\n`,
    ],
    ['from an account on a relay with Exim', ownMx + madeByExim.replace('Debian-exim', 'www-data')],
    [
      'from a stranger who greets as Exim',
      stranger.replace('evil.example.net', 'Debian-exim by relay.example.org with local (Exim 4.96)'),
    ],
    [
      'from an account on the relay',
      `${ownMx}${madeByRelay.replace('(Postfix)', '(Postfix, from userid 1000)')}`,
    ],
    ['taken in by a host that is not ours', ownMx.replace('by mx.example.com', 'by mx.example.net')],
    [
      'written by hand below our MX',
      ownMx.replace('192.0.2.5', '192.0.2.6') +
        'Received: by evil.example.net id 1; Thu, 1 Jan 2026 12:00:00 +0000\n',
    ],
  ])('is not believed %s', async (_, top) => {
    const { results, holds } = await result(top)
    expect(results).toMatchObject([{ status: 'unsigned', action: null }])
    expect(holds).toEqual([])
  })

  it('is not believed if another host reports, or if it is to be answered', async () => {
    const other = await result(ownMx + madeByRelay, { reporter: 'other.example.org' })
    expect(other.results).toMatchObject([{ status: 'unsigned' }])
    const { bounces } = bench({ relays, receivers })
    const answerable = bounceOf('postfix', { top: ownMx + madeByRelay }).replace(
      'Return-Path: <>',
      'Return-Path: <a@example.net>',
    )
    expect(await bounces.message(answerable)).toMatchObject([{ status: 'unsigned' }])
  })

  it('counts for each of its recipients, and what was delivered too', async () => {
    const { engine, bounces } = bench({ relays, receivers })
    const bounce = bounceOf('postfix', { top: ownMx + madeByRelay })
    const one = /(Final-Recipient[^]*?Diagnostic-Code.*\r\n)/.exec(bounce)?.[1] ?? ''
    const berta = one
      .replaceAll('anna@', 'berta@')
      .replace('failed', 'delivered')
      .replace(/smtp; .*/, 'smtp; 250 2.0.0 Ok')
    const results = await bounces.message(bounce.replace(one, `${one}\r\n${berta}`))
    expect(results).toMatchObject([
      { recipient: 'anna@icloud.com', status: 'recorded', action: { type: 'suppress' } },
      { recipient: 'berta@icloud.com', status: 'recorded', action: { type: 'delivered' } },
    ])
    expect((await engine.address('berta@icloud.com')).lastDeliveredAt).not.toBeNull()
  })

  it('is not believed from loopback unless that is named', async () => {
    const top = byFilter + madeByRelay
    const proxied = bench({ relays, receivers: { hosts: receivers.hosts } })
    expect(await proxied.bounces.message(bounceOf('postfix', { top }))).toMatchObject([
      { status: 'unsigned' },
    ])
  })

  it('counts for the mailbox that Apple refused, whatever Original-Recipient says', async () => {
    const { engine, bounces } = bench({ relays, receivers })
    const top = ownMx + madeByRelay
    const bounce = bounceOf('postfix', { top, reply: '550 5.1.6 recipient no longer on server' }).replace(
      'Original-Recipient: rfc822;anna@',
      'Original-Recipient: rfc822;victim@',
    )
    expect(await bounces.message(bounce)).toMatchObject([
      { recipient: 'anna@icloud.com', action: { type: 'suppress' } },
    ])
    expect((await engine.address('victim@icloud.com')).suppressions).toEqual([])
  })

  it.each([
    ["o'neil@icloud.com", "o'neil@icloud.com"],
    ['(victim@icloud.com) anna@icloud.com', 'anna@icloud.com'],
  ])('is about nobody else by its spelling (%s)', async (final, recipient) => {
    const { bounces } = bench({ relays, receivers })
    const reply = '550 5.1.6 recipient no longer on server'
    const bounce = bounceOf('postfix', { top: ownMx + madeByRelay, recipient: final, reply })
    expect(await bounces.message(bounce)).toMatchObject([{ status: 'recorded', recipient }])
  })

  it('counts once, also a year later', async () => {
    let time = Date.UTC(2026, 0, 1, 12, 1)
    const engine = createEngine({ ledger: 'memory:', clock: () => time })
    const { bounces } = bench({
      feedback: createFeedback({ engine }),
      relays,
      receivers,
      clock: () => time,
    })
    const bounce = bounceOf('postfix', { top: ownMx + madeByRelay })
    expect(await bounces.message(bounce)).toMatchObject([{ status: 'recorded' }])
    time += 300 * 86_400_000
    expect(await bounces.message(bounce)).toMatchObject([{ status: 'duplicate' }])
    await engine.close()
  })

  it('is the same bounce by its return path', async () => {
    const { address } = signed()
    const { bounces } = bench({ relays, receivers })
    const bounce = bounceOf('postfix', { top: deliveredTo(address) + ownMx + madeByRelay })
    expect(await bounces.message(bounce)).toMatchObject([{ status: 'recorded', trust: 'all' }])
    const other = bounceOf('exim', { top: deliveredTo(address) })
    expect(await bounces.message(other)).toMatchObject([{ status: 'duplicate' }])
  })
})
