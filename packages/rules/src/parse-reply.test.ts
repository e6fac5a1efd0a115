import { describe, expect, test } from 'vitest'
import { parseReply } from './parse-reply.ts'

describe('parseReply', () => {
  test('a wire reply', () => {
    expect(parseReply('550 5.1.1 <anna@icloud.com>: user does not exist\r\n')).toEqual({
      text: '550 5.1.1 <anna@icloud.com>: user does not exist',
      code: 550,
      enhanced: '5.1.1',
      tag: null,
      host: null,
    })
  })

  test('several lines, each with its code', () => {
    const reply = parseReply('550-5.1.1 <anna@icloud.com>: user\r\n550-5.1.1 does not\r\n550 5.1.1 exist')
    expect(reply.text).toBe('550-5.1.1 <anna@icloud.com>: user does not exist')
    expect(reply).toMatchObject({ code: 550, enhanced: '5.1.1' })
  })

  test('a folded field of a DSN, with the host of another field', () => {
    const dsn = [
      'Final-Recipient: rfc822; anna@icloud.com',
      'Action: failed',
      'Status: 5.7.1',
      'Remote-MTA: dns; mx01.mail.icloud.com',
      'Diagnostic-Code: smtp; 554 5.7.1 [CS01] Message rejected due to',
      '    local policy. Please visit https://support.apple.com/en-us/HT204137',
    ].join('\r\n')
    expect(parseReply(dsn)).toEqual({
      text: '554 5.7.1 [CS01] Message rejected due to local policy. Please visit https://support.apple.com/en-us/HT204137',
      code: 554,
      enhanced: '5.7.1',
      tag: 'CS01',
      host: 'mx01.mail.icloud.com',
    })
  })

  test.each([
    [
      'Postfix',
      'Nov 24 02:50:55 post postfix/smtp[4510]: 4D2C1: to=<anna@icloud.com>, relay=mx01.mail.icloud.com[192.0.2.1]:25, delay=2, dsn=5.1.1, status=bounced (host mx01.mail.icloud.com[192.0.2.1] said: 550 5.1.1 <anna@icloud.com>: user does not exist (in reply to RCPT TO command))',
    ],
    [
      'Exim',
      '2026-11-24 02:50:55 1tF2aB-000000 ** anna@icloud.com R=dnslookup T=remote_smtp H=mx01.mail.icloud.com [192.0.2.1]: SMTP error from remote mail server after RCPT TO:<anna@icloud.com>: 550 5.1.1 <anna@icloud.com>: user does not exist',
    ],
    [
      'Exim, in a bounce',
      '  anna@icloud.com\n    host mx01.mail.icloud.com [192.0.2.1]\n    SMTP error from remote mail server after RCPT TO:<anna@icloud.com>:\n    550 5.1.1 <anna@icloud.com>: user does not exist',
    ],
    [
      'Microsoft 365',
      "Receiving server: mx01.mail.icloud.com (192.0.2.1) Remote server returned '550 5.1.1 <anna@icloud.com>: user does not exist'",
    ],
    [
      'Haraka',
      '[2026-11-24T02:50:55.123Z] [NOTICE] [4F3A.1.1] [outbound] Some recipients failed: <anna@icloud.com>, remote host mx01.mail.icloud.com: 550 5.1.1 <anna@icloud.com>: user does not exist',
    ],
    [
      'a relay that quotes Apple',
      '550 5.1.1 host relay.example.com[198.51.100.1] said: 550 host mx01.mail.icloud.com[192.0.2.1] said: 550 5.1.1 <anna@icloud.com>: user does not exist',
    ],
  ])('in the wrapper of %s', (_name, input) => {
    expect(parseReply(input)).toMatchObject({ code: 550, enhanced: '5.1.1', host: 'mx01.mail.icloud.com' })
    expect(parseReply(input).text).toMatch(/^550 5\.1\.1 <anna@icloud\.com>: user does not exist/)
  })

  test('a greeting, as Nodemailer wraps it', () => {
    const input =
      'Invalid greeting. response=550 5.7.0 Blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.10: 550 5.7.0 Blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.10'
    expect(parseReply(input)).toMatchObject({ code: 550, enhanced: '5.7.0' })
  })

  test('a greeting without an enhanced code', () => {
    const input = 'Invalid greeting. response=554 st11p00im-smtpin013.me.com ESMTP not accepting connections'
    expect(parseReply(input)).toMatchObject({ code: 554, enhanced: null })
  })

  test('Sendmail: the host’s own words before the summary', () => {
    const input =
      '... while talking to mx6.mail.icloud.com.:\n<<< 554 st11p00im-smtpin013.me.com ESMTP not accepting connections\n554 5.0.0 Service unavailable'
    expect(parseReply(input)).toMatchObject({ code: 554, enhanced: null, host: 'mx6.mail.icloud.com' })
  })

  test('a temporary reply inside a 503', () => {
    const input =
      '503 5.5.1 Error: need MAIL command - MAIL FROM error: 451 4.7.1 Service unavailable - try again later'
    expect(parseReply(input)).toMatchObject({ code: 451, enhanced: '4.7.1' })
  })

  test('errors of Nodemailer', () => {
    expect(parseReply({ code: 'EENVELOPE', response: '552 5.2.2 full', responseCode: 552 })).toMatchObject({
      code: 552,
    })
    expect(parseReply(new Error('Message failed: 554 5.7.1 [HM08] Message rejected'))).toMatchObject({
      code: 554,
      tag: 'HM08',
    })
    expect(parseReply({ message: 'Connection closed', responseCode: 421 })).toMatchObject({ code: 421 })
    expect(parseReply({ responseCode: 550 })).toMatchObject({ code: 550 })
    expect(
      parseReply({ rejectedErrors: [{ recipient: 'a@icloud.com', response: '550 5.1.1 no' }] }),
    ).toMatchObject({ code: 550 })
  })

  test('bytes and lists of lines', () => {
    expect(parseReply(Buffer.from('421 4.7.0 me.com Error: too many errors'))).toMatchObject({ code: 421 })
    expect(parseReply(['550-5.7.1 one', '550 5.7.1 two'])).toMatchObject({
      code: 550,
      text: '550-5.7.1 one two',
    })
  })

  test.each([
    '550#5.1.1 no',
    '550 #5.1.1 no',
    '550: 5.1.1 no',
    '550 (5.1.1) no',
    '[550 5.1.1 no]',
    'smtp;550-5.1.1 no',
    '550\u00a05.1.1 no',
    '\ufeff550 5.1.1 no',
    'stat=550 5.1.1 no',
  ])('the codes of %s', (input) => {
    expect(parseReply(input)).toMatchObject({ code: 550, enhanced: '5.1.1' })
  })

  test('a cipher of 256 bits is no reply code', () => {
    const input =
      '** anna@icloud.com H=mx01.mail.icloud.com [192.0.2.1] X=TLS1.3:ECDHE_X25519__RSA:256 CV=yes: SMTP error from remote mail server after end of data: 554 5.7.1 [CS01] no'
    expect(parseReply(input)).toMatchObject({ code: 554, tag: 'CS01' })
  })

  test('the refusal in a transcript, and not what was accepted before it', () => {
    expect(
      parseReply('S: 250 2.1.0 Ok\nC: RCPT TO:<anna@icloud.com>\nS: 550 5.1.1 no\nC: QUIT\nS: 221 2.0.0 Bye'),
    ).toMatchObject({ code: 550 })
    expect(parseReply('250 2.1.5 Ok\r\n550 5.1.1 no')).toMatchObject({ code: 550 })
    expect(parseReply('250 2.0.0 Message accepted: 450 bytes')).toMatchObject({ code: 250 })
  })

  test('the host as other software names it', () => {
    for (const input of [
      'relay="192.0.2.1 (mx01.mail.icloud.com)" stat="550 5.1.1 no"',
      "Remote Server returned '550 5.1.1 <mx01.mail.icloud.com #5.1.1 smtp; 550 5.1.1 no>'",
      '{"response":{"content":"no"},"peer_address":{"name":"mx01.mail.icloud.com."}}',
      '{"mx-host": "mx01.mail.icloud.com", "message": "no"}',
    ])
      expect(parseReply(input).host).toBe('mx01.mail.icloud.com')
  })

  test('numbers that are no reply codes', () => {
    const input =
      'size=552 queue 12:50:421 pid[451]: to=<anna@icloud.com>, delays=1/0/450/2, connection timed out'
    expect(parseReply(input)).toMatchObject({ code: null, enhanced: null })
  })

  test('a tag in any case, but no other brackets', () => {
    expect(parseReply('554 5.7.1 [hm08] x').tag).toBe('HM08')
    expect(parseReply('554 5.7.1 [192.0.2.1] [TOOLONG1] []').tag).toBe(null)
  })

  test('cuts at 8 KiB', () => {
    expect(parseReply(`550 5.1.1 ${'x'.repeat(100_000)}`).text.length).toBe(8192)
  })
})
