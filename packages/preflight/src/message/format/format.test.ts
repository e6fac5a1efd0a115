import { describe, expect, it } from 'vitest'
import { formatKinds } from '../../findings/format-kinds.ts'
import { checkMessage } from '../check-message.ts'
import { mail, sentAt } from '../mail.test.fixture.ts'

const head = (headers: Record<string, string | null>): Buffer => mail({ headers })
const raw = (text: string): Buffer =>
  Buffer.concat([mail({ headers: { 'Content-Type': 'text/plain' } }), Buffer.from(text, 'latin1')])
const deep = Array.from(
  { length: 80 },
  (_, n) => `Content-Type: multipart/mixed; boundary=b${n}\r\n\r\n--b${n}\r\n`,
).join('')

/** A message for each fault of form. */
const faults: readonly [code: keyof typeof formatKinds, name: string, message: Buffer][] = [
  ['from-missing', 'no From', head({ From: null })],
  ['from-missing', 'From without an address', head({ From: 'Shop' })],
  ['from-missing', 'From without a domain', head({ From: 'Shop <root@localhost>' })],
  ['date-missing', 'no Date', head({ Date: null })],
  ['date-invalid', 'an ISO date', head({ Date: '2026-03-03T10:00:00Z' })],
  ['date-far-off', 'a date of next week', head({ Date: 'Tue, 10 Mar 2026 10:00:00 +0000' })],
  ['date-far-off', 'a date of last month', head({ Date: 'Tue, 3 Feb 2026 10:00:00 +0000' })],
  ['message-id-missing', 'no Message-ID', head({ 'Message-ID': null })],
  ['message-id-form', 'no brackets', head({ 'Message-ID': '1@example.com' })],
  ['message-id-form', 'no domain', head({ 'Message-ID': '<1@localhost>' })],
  ['message-id-form', 'spaces', head({ 'Message-ID': '<1 2@example.com>' })],
  ['header-duplicate', 'two subjects', mail({ extra: ['Subject: Another'] })],
  ['header-malformed', 'a line without a colon', mail({ extra: ['Received by nobody'] })],
  ['header-not-ascii', 'raw UTF-8', head({ Subject: Buffer.from('Grüße').toString('latin1') })],
  ['line-too-long', 'a line of 999', raw('x'.repeat(999))],
  ['line-ending', 'a bare LF', raw('one\ntwo\r\n')],
  ['line-ending', 'a bare CR', raw('one\rtwo\r\n')],
  ['nul-byte', 'NUL', raw('one\0two')],
  [
    'mime-broken',
    'eighty levels',
    Buffer.from(
      `From: a@example.com\r\nDate: Tue, 3 Mar 2026 10:00:00 +0000\r\nMessage-ID: <1@example.com>\r\n${deep}`,
    ),
  ],
  [
    'message-large',
    'more than Apple takes',
    Buffer.concat([mail(), Buffer.alloc(20_000_001, 'x'.repeat(78) + '\r\n')]),
  ],
  ['content-not-checked', 'a text of a million characters', mail({ text: 'word '.repeat(200_000) })],
]

describe('form', () => {
  it.each(faults)('%s: %s', async (code, _, message) => {
    const { findings } = await checkMessage(message, { authentication: false, clock: () => sentAt })
    // A broken structure hides the From as well.
    const others = new Set(
      ['message-large', 'mime-broken'].includes(code) ? findings.map((one) => one.code) : [code],
    )
    expect(findings.map((one) => one.code)).toContain(code)
    expect(new Set(findings.map((one) => one.code))).toEqual(others)
  })

  it('has a message for every code', () => {
    expect(new Set(faults.map(([code]) => code))).toEqual(new Set(Object.keys(formatKinds)))
  })

  it.each([
    ['a folded header', head({ Subject: 'Your\r\n order' })],
    ['a date with a comment and no weekday', head({ Date: '3 Mar 2026 11:00 +0100 (CET)' })],
    ['a line of 998', raw(`${'x'.repeat(998)}\r\n`)],
    ['a Message-ID with many signs', head({ 'Message-ID': '<CAF+a=b.c/d$e-1@mail-x1.shop.example.com>' })],
    ['a quoted From name', head({ From: '"Shop, the; best" <shop@example.com>' })],
    ['an encoded subject', head({ Subject: '=?utf-8?q?Gr=C3=BC=C3=9Fe?=' })],
  ])('finds nothing in %s', async (_, message) => {
    const { findings } = await checkMessage(message, { authentication: false, clock: () => sentAt })
    expect(findings).toEqual([])
  })
})
