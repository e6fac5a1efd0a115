import { describe, expect, it } from 'vitest'
import { bounceOf, facts, mtas, type Mta } from './mta-bounces.test.fixture.ts'
import { readBounce } from './read-bounce.ts'

describe('readBounce', () => {
  it.each(mtas)('reads a bounce of %s', async (mta) => {
    const { report, messageIds, addresses, date } = await readBounce(bounceOf(mta))
    expect(report?.recipients).toMatchObject([{ finalRecipient: facts.recipient, action: 'failed' }])
    expect(report?.recipients[0]?.reply).toContain('user does not exist')
    expect(addresses).toContain(facts.recipient)
    expect(date).toBe(Date.UTC(2026, 0, 1, 12))
    if (mta !== 'an old exchange') expect(messageIds).toContain(facts.messageId)
  })

  const hosts: Partial<Record<Mta, string | null>> = {
    qmail: null,
    'microsoft 365': 'p00-iscream-smtp-7b95d6f6c9-64bmv',
  }
  it.each(mtas)('knows who answered in a bounce of %s', async (mta) => {
    const { report } = await readBounce(bounceOf(mta))
    expect(report?.recipients[0]?.host).toBe(mta in hosts ? hosts[mta] : facts.mx)
  })

  it('reads several recipients, with what is said of each', async () => {
    const groups = ['anna', 'berta', 'carl'].map(
      (name, n) =>
        `Final-Recipient: rfc822; ${name}@icloud.com\r\nAction: ${['failed', 'delayed', 'delivered'][n]}\r\nStatus: ${['5.1.1', '4.2.2', '2.0.0'][n]}\r\nRemote-MTA: dns; mx01.mail.icloud.com\r\nDiagnostic-Code: smtp; ${n} <${name}@icloud.com>\r\n  folded\r\n`,
    )
    const bounce = bounceOf('postfix').replace(
      /Final-Recipient[^]*?folded\r\n|Final-Recipient[^]*?Diagnostic-Code:[^\n]*\n/,
      groups.join('\r\n'),
    )
    const { report } = await readBounce(bounce)
    expect(report?.recipients).toMatchObject([
      { finalRecipient: 'anna@icloud.com', action: 'failed', reply: '0 <anna@icloud.com> folded' },
      { finalRecipient: 'berta@icloud.com', action: 'delayed' },
      { finalRecipient: 'carl@icloud.com', action: 'delivered' },
    ])
  })

  it('takes the word of a relay for its own where it names no other host', async () => {
    const local = bounceOf('postfix').replace(/Remote-MTA:.*\r\n/, '')
    expect((await readBounce(local)).report?.recipients[0]?.host).toBe('relay.example.org')
    const unreachable = bounceOf('postfix').replace('Diagnostic-Code: smtp;', 'Diagnostic-Code: X-Postfix;')
    expect((await readBounce(unreachable)).report?.recipients[0]?.host).toBe('relay.example.org')
    const exim = bounceOf('exim').replace(/ {4}host[^]*?:\r\n {4}550.*/, '    Unrouteable address')
    expect((await readBounce(exim)).report?.recipients[0]).toMatchObject({
      reply: 'Unrouteable address',
      host: 'reporter.invalid',
    })
    const qmail = bounceOf('qmail').replace(
      /192.0.2.25 does[^]*?Giving up.*/,
      "Sorry, I couldn't find any host named icloud.com. (#5.1.2)",
    )
    expect((await readBounce(qmail)).report?.recipients[0]?.host).toBe('reporter.invalid')
  })

  it('takes a warning of Exim’s for no failure', async () => {
    const warning = `From: Mailer-Daemon@relay.example.org\r\nX-Failed-Recipients: anna@icloud.com\r\nSubject: Warning: message 1 delayed 24 hours\r\n\r\nThis message was created automatically by mail delivery software.\r\nA message that you sent has not yet been delivered to one or more of its\r\nrecipients after more than 24 hours on the queue on relay.example.org.\r\n\r\nThe address to which the message has not yet been delivered is:\r\n\r\n  anna@icloud.com\r\n    Delay reason: SMTP error from remote mail server after RCPT TO:\r\n    550 5.1.1 <anna@icloud.com>: user does not exist\r\n`
    const { report } = await readBounce(warning)
    expect(report?.recipients).toMatchObject([{ finalRecipient: 'anna@icloud.com', action: 'delayed' }])
  })

  it.each([
    [
      'an out-of-office note',
      'Auto-Submitted: auto-replied\r\nSubject: Out of office\r\n\r\nI am away. 550 5.1.1 <anna@icloud.com>: user does not exist',
    ],
    [
      'an answer that quotes a bounce',
      'Subject: Re: Undelivered Mail\r\n\r\n> <anna@icloud.com>: host mx01.mail.icloud.com[192.0.2.25] said: 550 5.1.1 user does not exist',
    ],
    [
      'a receipt',
      'Content-Type: multipart/report; report-type=disposition-notification; boundary=b\r\n\r\n--b\r\nContent-Type: message/disposition-notification\r\n\r\nFinal-Recipient: rfc822;anna@icloud.com\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n\r\n--b--',
    ],
    [
      'a complaint',
      'Content-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nOriginal-Rcpt-To: anna@icloud.com\r\n\r\n--b--',
    ],
    ['a newsletter', 'Subject: News\r\n\r\nThis message was created by hand.'],
    ['an empty one', ''],
  ])('takes %s for no bounce', async (_, message) => {
    expect((await readBounce(message)).report).toBeNull()
  })

  it('reads a bounce that forwards another one by its own status', async () => {
    const inner = bounceOf('postfix', {
      recipient: 'victim@icloud.com',
      reply: '550 5.1.1 <victim@icloud.com>: user does not exist',
    })
    const outer = bounceOf('sendmail', { messageId: '<2@example.com>' }).replace(
      'text/rfc822-headers\r\n\r\n',
      `message/rfc822\r\n\r\n${inner}`,
    )
    const { report } = await readBounce(outer)
    expect(report?.recipients).toMatchObject([{ finalRecipient: 'anna@icloud.com' }])
  })
})
