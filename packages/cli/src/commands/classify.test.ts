import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makePlace, type Place } from '../ledger.test.fixture.ts'
import { run } from '../run-bin.test.helper.ts'

const apple =
  'relay=mx01.mail.icloud.com[192.0.2.1]:25, dsn=5.0.0, status=bounced (host mx01.mail.icloud.com[192.0.2.1] said: '
const start = 'seen by some program: to=<anna@icloud.com>, '
const lines = [
  `${start}${apple}550 5.1.1 <anna@icloud.com>: user does not exist (in reply to RCPT TO command))`,
  `${start}${apple}550 5.1.1 <anna@icloud.com>: user does not exist (in reply to RCPT TO command))`,
  `${start}${apple}559 5.9.9 Something new about 192.0.2.7 (in reply to RCPT TO command))`,
  'connect from client.example.com[192.0.2.9]',
  `${start}relay=mx.example.org[192.0.2.2]:25, dsn=5.1.1, status=bounced (host mx.example.org[192.0.2.2] said: 550 5.1.1 no)`,
  'x'.repeat(200_000),
  '',
].join('\n')

let place: Place
beforeEach(() => {
  place = makePlace()
})
afterEach(() => place.remove())

describe('classify', () => {
  test('counts attempts in the log of a mail server', async () => {
    const at = '2026-01-01T09:12:02+00:00 mail postfix/smtp[13]: 4F3B21C0A1: to=<anna@icloud.com>, '
    const sent = `${at}relay=mx01.mail.icloud.com[192.0.2.1]:25, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as XYZ)`
    const bounced = `${at}${apple}550 5.1.1 <anna@icloud.com>: user does not exist (in reply to RCPT TO command))`
    writeFileSync(place.path('mail.log'), `${sent}\n${bounced}\n${sent}\n`)
    const { code, stdout } = await run(['classify', place.path('mail.log')])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^1 refusal of Apple’s in 3 attempts at Apple \(log of postfix\)\n/)
    expect(stdout).toContain('Accepted by Apple  2')
  })

  test.each(['mbox', 'maildir', 'message'])(
    'counts bounces in a %s, and leaves it as it is',
    async (kind) => {
      const bounce = [
        'From: MAILER-DAEMON@relay.example.net',
        'Subject: Undelivered',
        'MIME-Version: 1.0',
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
        '',
        '--b',
        'Content-Type: message/delivery-status',
        '',
        'Reporting-MTA: dns; relay.example.net',
        '',
        'Final-Recipient: rfc822; anna@icloud.com',
        'Action: failed',
        'Status: 5.2.2',
        'Remote-MTA: dns; mx01.mail.icloud.com',
        'Diagnostic-Code: smtp; 552 5.2.2 <anna@icloud.com>: user is over quota',
        '',
        '--b--',
        '',
      ].join('\n')
      for (const folder of ['new', 'cur', 'tmp'])
        mkdirSync(place.path(`maildir/${folder}`), { recursive: true })
      writeFileSync(place.path('maildir/new/1.a'), bounce)
      writeFileSync(place.path('mbox'), `From MAILER-DAEMON Thu Jan  1 00:00:00 2026\n${bounce}\n`)
      writeFileSync(place.path('message'), bounce)
      const { code, stdout } = await run(['classify', place.path(kind), '--json'])
      expect(code).toBe(0)
      expect(JSON.parse(stdout)).toMatchObject({ kind, read: 1, rules: [{ rule: 'mailbox-full', count: 1 }] })
      expect(readdirSync(place.path('maildir/new'))).toEqual(['1.a'])
    },
  )

  test('counts the replies in a log by rule, with a chart, and lists unknown ones', async () => {
    writeFileSync(place.path('mail.log'), lines)
    const { code, stdout, stderr } = await run(['classify', place.path('mail.log')])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(
      /^3 refusals of Apple’s in 6 lines\n\nBy rule\n {2}invalid-recipient {2}2 {2}█{10,}\n/,
    )
    expect(stdout).toContain('1 x 559 5.9.9 Something new about <ip>')
  })

  test.each(['gzip', 'standard input'])('gives the same as JSON from %s', async (how) => {
    writeFileSync(place.path('mail.log.gz'), gzipSync(lines))
    const { code, stdout } =
      how === 'gzip'
        ? await run(['classify', place.path('mail.log.gz'), '--json'])
        : await run(['classify', '-', '--json'], { input: lines })
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      read: 6,
      rules: [
        { rule: 'invalid-recipient', count: 2 },
        { rule: 'unknown-permanent', count: 1 },
      ],
      others: 1,
    })
  })

  test('says if there is nothing of Apple’s', async () => {
    expect(await run(['classify', '-'], { input: 'a\nb\n' })).toEqual({
      code: 0,
      stdout: '',
      stderr: 'No reply of Apple’s in 2 lines.\n',
    })
  })

  test('says what cannot be read', async () => {
    const missing = await run(['classify', place.path('no.log'), '--json'])
    expect(missing.code).toBe(1)
    expect(JSON.parse(missing.stderr)).toMatchObject({ error: { code: 'EFILE' } })
    writeFileSync(place.path('cut.gz'), gzipSync(lines).subarray(0, 100))
    expect(await run(['classify', place.path('cut.gz')])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is damaged'),
    })
  })
})
