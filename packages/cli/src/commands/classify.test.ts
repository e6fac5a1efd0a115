import { writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makePlace, type Place } from '../ledger.test.fixture.ts'
import { run } from '../run-bin.test.helper.ts'

const apple =
  'relay=mx01.mail.icloud.com[192.0.2.1]:25, dsn=5.0.0, status=bounced (host mx01.mail.icloud.com[192.0.2.1] said: '
const start = 'Jan 31 12:00:00 mail postfix/smtp[1]: ABC: to=<anna@icloud.com>, '
const log = [
  `${start}${apple}550 5.1.1 <anna@icloud.com>: user does not exist (in reply to RCPT TO command))`,
  `${start}${apple}550 5.1.1 <anna@icloud.com>: user does not exist (in reply to RCPT TO command))`,
  `${start}${apple}559 5.9.9 Something new about 192.0.2.7 (in reply to RCPT TO command))`,
  'Jan 31 12:00:00 mail postfix/smtpd[1]: connect from client.example.com[192.0.2.9]',
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
  test('counts the replies in a log by rule, with a chart, and lists unknown ones', async () => {
    writeFileSync(place.path('mail.log'), log)
    const { code, stdout, stderr } = await run(['classify', place.path('mail.log')])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(
      /^3 refusals of Apple’s in 6 lines\n\nBy rule\n {2}invalid-recipient {2}2 {2}█{10,}\n/,
    )
    expect(stdout).toContain('1 x 559 5.9.9 Something new about <ip>')
  })

  test.each(['gzip', 'standard input'])('gives the same as JSON from %s', async (how) => {
    writeFileSync(place.path('mail.log.gz'), gzipSync(log))
    const { code, stdout } =
      how === 'gzip'
        ? await run(['classify', place.path('mail.log.gz'), '--json'])
        : await run(['classify', '-', '--json'], { input: log })
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
    writeFileSync(place.path('cut.gz'), gzipSync(log).subarray(0, 100))
    expect(await run(['classify', place.path('cut.gz')])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is damaged'),
    })
  })
})
