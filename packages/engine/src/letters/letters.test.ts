import { describe, expect, it } from 'vitest'
import { bench, replies, type Bench } from '../bench.test.fixture.ts'
import { memoryLedger } from '../ledger/memory-ledger.ts'
import { ledgers } from '../operator/ledgers.test.fixture.ts'
import { appleLetter, type AppleLetterRequest } from './apple-letter.ts'
import { proofpointLetter } from './proofpoint-letter.ts'
import type { RemovalRequest } from './removal-letter.ts'
import { spamhausLetter } from './spamhaus-letter.ts'

const txn = '01234567-89ab-cdef-0123-456789abcdef'
const policy =
  '554 5.7.1 [HM08] Message rejected due to local policy. Please visit https://support.apple.com/en-us/HT204137.'
const listed = (list: string): string =>
  `550 5.7.1 Mail from IP 192.0.2.10 was rejected due to listing in Spamhaus ${list}. For details please see http://www.spamhaus.org/query/bl?ip=192.0.2.10`
const dbl =
  '550 5.7.1 Your email was rejected due to having a domain present in the Spamhaus DBL -- see https://www.spamhaus.org/dbl/'

const sender = { company: 'Example Ltd', domain: 'Example.com', ips: ['192.0.2.10'] }
const description = 'Receipts that our customers wait for are refused.'
const remediation = 'A form was abused.\nIt is closed.\n\nWe now ask for a confirmation.'

function requestOf({ time }: Bench, about: Partial<AppleLetterRequest> = {}): AppleLetterRequest {
  return { ...sender, description, clock: () => time.now, ...about }
}

function removalOf({ time }: Bench, about: Partial<RemovalRequest> = {}): RemovalRequest {
  return { ...sender, remediation, clock: () => time.now, ...about }
}

describe.each(ledgers)('letters from %s', (_, open) => {
  it('tell Apple the five things that they ask for', async () => {
    const desk = bench({ ledger: await open() })
    await desk.deliver({ messageId: 'm0' })
    desk.time.now += 60_000
    await desk.reply(`${policy} Txn ID ${txn}`, { messageId: 'm1' })
    desk.time.now += 60_000
    await desk.reply(policy, { messageId: 'm2', recipient: 'bert@icloud.com' })
    await desk.reply(replies.invalid, { messageId: 'm3' })
    desk.time.now += 60_000
    const letter = await appleLetter(desk.engine, requestOf(desk, { contact: 'Ann Other <ann@example.com>' }))
    expect(letter).toMatchObject({
      to: 'icloudadmin@apple.com',
      urls: [],
      subject: 'iCloud Mail refuses mail from example.com: 554 5.7.1 [HM08]',
      notes: [],
    })
    expect(letter.text).toBe(`Hello,

iCloud Mail does not take some of our mail. Please look into it; here is
what you ask for.

Company:
Example Ltd

Domain:
example.com

IP addresses:
- 192.0.2.10

SMTP errors:
554 5.7.1 [HM08]: 2 times, from 2026-01-01 00:01:00 UTC to 2026-01-01
00:02:00 UTC

  2026-01-01 00:01:00 UTC, to [address] at icloud.com, Txn ID ${txn}
  ${policy} Txn ID ${txn}
  2026-01-01 00:02:00 UTC, to [address] at icloud.com
  ${policy}

Description:
Receipts that our customers wait for are refused.

The first of these errors on record came at 2026-01-01 00:01:00 UTC.

Attempts to deliver mail to you from 2025-12-25 01:00:00 UTC to 2026-01-01
00:03:00 UTC: 4 (accepted 1, deferred 0, refused because of the recipient 1,
refused for another reason 2).

Ann Other <ann@example.com>, Example Ltd
`)
    await desk.engine.close()
  })

  it('ask Proofpoint, with the page of each IP and what was done', async () => {
    const desk = bench({ ledger: await open() })
    await desk.reply(replies.blocked)
    const letter = await proofpointLetter(
      desk.engine,
      removalOf(desk, { ips: ['192.0.2.10', '2001:db8::1'] }),
    )
    expect(letter.to).toBeNull()
    expect(letter.urls).toEqual([
      'https://ipcheck.proofpoint.com/?ip=192.0.2.10',
      'https://ipcheck.proofpoint.com/?ip=2001%3Adb8%3A%3A1',
    ])
    expect(letter.subject).toBe('Request to unblock 192.0.2.10, 2001:db8::1')
    expect(letter.text).toContain('Cause and remediation:\nA form was abused. It is closed.\n\nWe now ask')
    expect(letter.text).toContain(`  ${replies.blocked}\n`)
    expect(letter.text).toContain('Kind of mail:\ntransactional\n')
    expect(letter.text).toContain('We have held back the mail concerned since 2026-01-01 00:00:00 UTC')
    expect(letter.notes).toHaveLength(2)
    await desk.engine.close()
  })

  it('ask Spamhaus about what the replies complain of', async () => {
    const desk = bench({ ledger: await open() })
    const asked = async (): Promise<readonly string[]> => {
      const { urls } = await spamhausLetter(desk.engine, removalOf(desk))
      return urls.map((url) => url.slice(url.indexOf('=') + 1))
    }
    expect(await asked()).toEqual(['192.0.2.10'])
    await desk.reply(dbl, { messageId: 'm1' })
    expect(await asked()).toEqual(['example.com'])
    await desk.reply(listed('SBL'), { messageId: 'm2' })
    expect(await asked()).toEqual(['192.0.2.10', 'example.com'])
    await desk.reply(listed('PBL'), { messageId: 'm3', lane: 'other' })
    const { subject, urls, notes } = await spamhausLetter(desk.engine, removalOf(desk))
    expect(subject).toBe('Request to remove 192.0.2.10, example.com (DBL, PBL, SBL)')
    expect(urls[0]).toBe('https://check.spamhaus.org/results/?query=192.0.2.10')
    expect(notes.map((note) => /\b[SPD]BL/.exec(note)?.[0])).toEqual(['SBL', 'PBL', 'DBL'])
    await desk.engine.close()
  })

  it('name nobody unless they are told to', async () => {
    const desk = bench({ ledger: await open() })
    const recipient = 'anna.private@example.org'
    for (const [n, text] of [
      `554 5.7.1 <${recipient}>: Message rejected due to local policy. [HM08]`,
      `554 5.7.1 [HM08] anna.private: Message rejected due to local policy`,
      `554 5.7.1 [HM08] Message rejected due to local policy for "Anna.Private"@example.org`,
    ].entries())
      await desk.reply(text, { recipient, messageId: `m${n}` })
    for (const letter of [
      await appleLetter(desk.engine, requestOf(desk)),
      await proofpointLetter(desk.engine, removalOf(desk, { rules: ['policy-hm08'] })),
    ]) {
      expect(letter.text).toContain('[HM08]')
      expect(JSON.stringify(letter)).not.toMatch(/anna|private|example\.org/i)
    }
    const shown = await appleLetter(desk.engine, requestOf(desk, { recipients: 'shown' }))
    expect(shown.text).toContain(`to ${recipient}`)
    expect(shown.text).toContain(`<${recipient}>`)
    await desk.engine.close()
  })

  it('keep to the time and the rules that are named', async () => {
    const desk = bench({ ledger: await open() })
    const start = desk.time.now
    await desk.reply(policy, { messageId: 'm1' })
    desk.time.now += 3_600_000
    await desk.reply(policy, { messageId: 'm2' })
    await desk.reply(replies.full, { messageId: 'm3' })
    const errors = async (about: Partial<AppleLetterRequest>): Promise<string> => {
      const { text } = await appleLetter(desk.engine, requestOf(desk, about))
      return text.slice(text.indexOf('SMTP errors'), text.indexOf('Description')).replaceAll(/\s+/g, ' ')
    }
    expect(await errors({})).toContain('2 times')
    expect(await errors({ since: start + 1 })).toContain('once, 2026-01-01 01:00:00 UTC')
    expect(await errors({ until: new Date(start + 1) })).toContain('once, 2026-01-01 00:00:00 UTC')
    expect(await errors({ rules: ['mailbox-full'] })).toContain('552 5.2.2')
    desk.time.now += 8 * 86_400_000
    expect(await errors({ startedAt: start })).toContain('2 times')
    const since = desk.time.now - 86_400_000
    const { notes, text } = await appleLetter(desk.engine, requestOf(desk, { startedAt: start, since }))
    expect(text).toContain('We have no SMTP errors on record')
    expect(text).toContain('It began at 2026-01-01 00:00:00 UTC.')
    expect(notes).toEqual([expect.stringContaining('take an earlier since')])
    await desk.engine.close()
  })
})

it('tells what an operator should know: no transaction id, an IP that is not in the list', async () => {
  const desk = bench()
  await desk.reply(listed('XBL'))
  const { notes } = await appleLetter(desk.engine, requestOf(desk, { ips: ['192.0.2.1'] }))
  expect(notes).toEqual([
    'Replies name IP addresses that are not in ips: 192.0.2.10.',
    'None of these replies holds a transaction id (Txn ID).',
  ])
})

it('counts on where the event log has forgotten', async () => {
  const desk = bench({ ledger: memoryLedger({ maxEvents: 4 }) })
  for (let n = 0; n < 20; n++, desk.time.now += 600_000) await desk.reply(policy, { messageId: `m${n}` })
  const some = await appleLetter(desk.engine, requestOf(desk))
  expect(some.text).toMatch(/\[HM08\]: at least [1-9] times/)
  expect(some.text).toContain('By our counts it began after 2026-01-01 00:00:00 UTC.')
  expect(some.notes[0]).toContain('more replies than the event log keeps')
  for (let n = 0; n < 20; n++) await desk.deliver({ messageId: `d${n}` })
  const none = await appleLetter(desk.engine, requestOf(desk))
  expect(none.text).toContain('We counted SMTP errors in this time, but have not kept their texts.')
  expect(none.text).toContain('By our counts it began after 2026-01-01 00:00:00 UTC.')
  expect(none.notes).toEqual([expect.stringContaining('more replies than the event log keeps')])
})

it('knows no recipient where addresses are hashed, shown or not', async () => {
  const desk = bench({ addressKeys: [{ id: 'k1', secret: '1'.repeat(32) }] })
  await desk.reply(`554 5.7.1 [HM08] <anna@icloud.com>: Message rejected due to local policy`)
  const { text } = await appleLetter(desk.engine, requestOf(desk, { recipients: 'shown' }))
  expect(text).toContain('to [address]\n')
  expect(text).not.toMatch(/anna|invalid/)
})

describe('what others say', () => {
  it('is cut, shown as it is, and is no markup', async () => {
    const desk = bench()
    const hostile = `${policy} </pre><script>alert(1)</script>\n\n# Owned\u2028\u202e[x](javascript:1) ${'`'.repeat(10)} ${'x'.repeat(900)}`
    await desk.reply(hostile)
    const { text, markdown } = await appleLetter(desk.engine, requestOf(desk))
    expect(text).not.toMatch(/[\u2028\u202e]/)
    expect(text).not.toMatch(/x{500}/)
    expect(text.split('\n')).not.toContain('# Owned')
    const lines = markdown.split('\n')
    for (const line of lines) if (/<script|Owned|`/.test(line)) expect(line).toMatch(/^ {4}\S/)
    // Behind an empty line, or it would be a part of the paragraph before.
    const first = lines.findIndex((line) => line.startsWith('    '))
    expect(lines[first - 1]).toBe('')
  })

  it('fills no letter: kinds of reply and examples are bounded', async () => {
    const desk = bench()
    for (let n = 0; n < 60; n++) {
      const reply = `5${50 + (n % 5)} 5.${n}.1 [HM08] Message rejected due to local policy ${'x'.repeat(900)}`
      for (let again = 0; again < 4; again++)
        await desk.reply(reply, { messageId: `m${n}-${again}`, lane: `l${n}` })
    }
    const { text, subject } = await appleLetter(desk.engine, requestOf(desk))
    expect(text.length).toBeLessThan(50_000)
    expect(text).toMatch(/And \d+ other kinds of reply/)
    expect(subject.length).toBeLessThan(200)
  })

  it('is read to a bound only, and the letter says that it was more', async () => {
    const desk = bench()
    await desk.reply(policy)
    const [event] = await desk.engine.ledger.events({ type: 'fail' })
    const other = { ...event, data: { rule: 'invalid-recipient', reply: replies.invalid } }
    const endless = {
      ...desk.engine,
      holds: async () => [],
      rates: desk.engine.rates.bind(desk.engine),
      ledger: {
        ...desk.engine.ledger,
        events: async () => [event as never, ...Array.from({ length: 499 }, () => other as never)],
      },
    }
    const { text, notes } = await appleLetter(endless, requestOf(desk))
    expect(text).toContain('at least 500 times')
    expect(notes[0]).toContain('take a shorter time')
  })
})

it('keeps a text of the sender from being markup in Markdown', async () => {
  const desk = bench()
  const request = requestOf(desk, {
    company: '# <b>Example</b> & Sons',
    description: '- one_two_\n\n1. [x](y)',
  })
  const { markdown } = await appleLetter(desk.engine, request)
  expect(markdown).toContain('\\# \\<b\\>Example\\</b\\> \\& Sons')
  expect(markdown).toContain('\n- 192.0.2.10\n')
  expect(markdown).toContain('\\- one\\_two\\_\n\n1\\. \\[x\\](y)')
})

it.each([
  ['the request', null],
  ['company', { company: ' ' }],
  ['company', { company: 'x'.repeat(201) }],
  ['domain', { domain: 'shop@example.com' }],
  ['domain', { domain: 'exa mple.com' }],
  ['domain', { domain: 'localhost' }],
  ['ips', { ips: [] }],
  ['ips', { ips: ['example.com'] }],
  ['ips', { ips: ['fe80::1%eth0'] }],
  ['description', { description: undefined }],
  ['description', { description: 'x'.repeat(5001) }],
  ['contact', { contact: '' }],
  ['since', { since: 'yesterday' }],
  ['until', { until: 0 }],
  ['startedAt', { startedAt: Number.NaN }],
  ['rule "policy-hm8" (did you mean "policy-hm08"?)', { rules: ['policy-hm8'] }],
  ['rules', { rules: [] }],
  ['recipients', { recipients: true }],
  ['clock', { clock: 1 }],
  ['"remidiation"', { remidiation: 'x' }],
])('says what is wrong with %s', async (what, about) => {
  const desk = bench()
  const letter = appleLetter(desk.engine, about === null ? (null as never) : requestOf(desk, about as object))
  await expect(letter).rejects.toMatchObject({ code: 'EARGUMENT', message: expect.stringContaining(what) })
})

it('does not ask for a removal without a remediation', async () => {
  const desk = bench()
  const request = { ...removalOf(desk), remediation: '' }
  await expect(proofpointLetter(desk.engine, request)).rejects.toThrow(
    'proofpointLetter: remediation must be',
  )
  await expect(spamhausLetter(desk.engine, request)).rejects.toThrow('spamhausLetter: remediation must be')
})
