import { describe, expect, it } from 'vitest'
import { isSuppressedError } from './errors.ts'
import { directStage, mail, rejection } from './stage.test.fixture.ts'

const twoAndOther = ['anna@icloud.com', 'invalid-recipient@icloud.com', 'bob@example.com', 'carl@example.org']

describe('several recipients', () => {
  it('gives each Apple recipient a transaction and the others one together', async () => {
    const { transporter, simulator } = await directStage()
    const info = await transporter.sendMail(
      mail(['anna@icloud.com', 'bob@example.com', 'bert@me.com'], { bcc: 'carl@example.org' }),
    )
    expect(info.accepted).toEqual(['anna@icloud.com', 'bob@example.com', 'bert@me.com', 'carl@example.org'])
    expect(simulator.messages.map(({ envelope }) => envelope.to.join()).toSorted()).toEqual([
      'anna@icloud.com',
      'bert@me.com',
      'bob@example.com,carl@example.org',
    ])
    const bodies = new Set(simulator.messages.map(({ raw }) => raw.toString()))
    expect(bodies.size).toBe(1)
    expect([...bodies][0]).toContain('To: anna@icloud.com, bob@example.com, bert@me.com')
    expect([...bodies][0]).not.toContain('carl@example.org')
    expect(info.envelope).toEqual({
      from: 'news@example.com',
      to: ['anna@icloud.com', 'bob@example.com', 'bert@me.com', 'carl@example.org'],
    })
    expect(info.response).toMatch(/^250 /)
  })

  it('resolves if any got it, and says who did not and why', async () => {
    const { transporter } = await directStage()
    const info = await transporter.sendMail(mail(twoAndOther))
    expect(info).toMatchObject({
      accepted: ['anna@icloud.com', 'bob@example.com', 'carl@example.org'],
      rejected: ['invalid-recipient@icloud.com'],
      pending: [],
      suppressed: ['invalid-recipient@icloud.com'],
      rejectedErrors: [
        {
          recipient: 'invalid-recipient@icloud.com',
          code: 'ESUPPRESSED',
          responseCode: 550,
          verdict: { rule: 'invalid-recipient' },
          action: { type: 'suppress' },
        },
      ],
    })
  })

  it('keeps a refusal at the end of DATA to the one it is about', async () => {
    const { transporter, engine } = await directStage({ anna: [{ rule: 'invalid-recipient', phase: 'eod' }] })
    const info = await transporter.sendMail(mail(['anna@icloud.com', 'bert@icloud.com']))
    expect(info).toMatchObject({ accepted: ['bert@icloud.com'], suppressed: ['anna@icloud.com'] })
    expect((await engine.address('bert@icloud.com')).suppressions).toEqual([])
  })

  it('remembers no refusal at the end of DATA if it could be about either', async () => {
    const { transporter, engine } = await directStage(
      { anna: [{ rule: 'invalid-recipient', phase: 'eod' }] },
      { onePerTransaction: false },
    )
    const error = await rejection(transporter.sendMail(mail(['anna@icloud.com', 'bert@icloud.com'])))
    expect(error).toMatchObject({
      code: 'EMESSAGE',
      responseCode: 550,
      verdict: { rule: 'invalid-recipient' },
      action: null,
      rejected: ['anna@icloud.com', 'bert@icloud.com'],
    })
    for (const address of ['anna@icloud.com', 'bert@icloud.com']) {
      expect((await engine.address(address)).suppressions).toEqual([])
    }
  })

  it('attributes a refusal at RCPT in a shared transaction, and tries that recipient again alone', async () => {
    const { transporter, simulator } = await directStage(
      { anna: [{ rule: 'mailbox-full' }, { accept: true }] },
      { onePerTransaction: false },
    )
    const info = await transporter.sendMail(mail(['anna@icloud.com', 'bert@icloud.com']))
    expect(info.accepted).toEqual(['anna@icloud.com', 'bert@icloud.com'])
    expect(simulator.messages.map(({ envelope }) => envelope.to)).toEqual([
      ['bert@icloud.com'],
      ['anna@icloud.com'],
    ])
  })

  it('asks again before the next transaction once Apple has closed the lane', async () => {
    const block = { rule: 'proofpoint-block' }
    const to = Array.from({ length: 12 }, (_, index) => `anna${index}@icloud.com`)
    const { transporter, simulator } = await directStage(() => block)
    const error = await rejection(transporter.sendMail(mail(to)))
    expect(error).toMatchObject({ code: 'EHELD', rejected: to })
    expect(simulator.sessions.count).toBeLessThanOrEqual(5)
  })
})

describe('a held lane', () => {
  it('stops mail to Apple until a probe shows that it is over, and no other mail', async () => {
    const { transporter, simulator, time } = await directStage({
      anna: [{ rule: 'proofpoint-block' }, { rule: 'proofpoint-block' }, { accept: true }],
    })
    const codes: unknown[] = []
    const send = async (to: string | string[]) => {
      const result = await transporter.sendMail(mail(to)).catch((error: unknown) => error)
      codes.push((result as { code?: string }).code ?? (result as { accepted: string[] }).accepted)
      return result as { retryAt: number }
    }
    const { retryAt } = await send('anna@icloud.com')
    await send(['bert@icloud.com', 'bob@example.com'])
    time.pass(retryAt - time.clock())
    const probe = await send('anna@icloud.com')
    await send('bert@icloud.com')
    time.pass(probe.retryAt - time.clock())
    await send('anna@icloud.com')
    await send('bert@icloud.com')
    expect(codes).toEqual([
      'EHELD',
      ['bob@example.com'],
      'EHELD',
      'EHELD',
      ['anna@icloud.com'],
      ['bert@icloud.com'],
    ])
    expect(simulator.sessions.count).toBe(5)
  })
})

describe('a suppressed recipient', () => {
  it('costs no connection, and the error still says what Apple had said', async () => {
    const { transporter, simulator } = await directStage()
    await rejection(transporter.sendMail(mail('invalid-recipient@icloud.com')))
    const error = await rejection(transporter.sendMail(mail('invalid-recipient@icloud.com')))
    expect(isSuppressedError(error)).toBe(true)
    expect(error).toMatchObject({
      rule: 'invalid-recipient',
      verdict: { rule: 'invalid-recipient', fault: 'recipient' },
      suppression: { origin: 'reply' },
      action: null,
      suppressed: ['invalid-recipient@icloud.com'],
    })
    expect(error).not.toHaveProperty('responseCode')
    expect(simulator.sessions.count).toBe(1)
  })

  it('is left out at other providers too', async () => {
    const { transporter, engine, simulator } = await directStage()
    await engine.suppress({ recipient: 'bob@example.com', origin: 'unsubscribe', streams: ['*'] })
    const info = await transporter.sendMail(mail(['bob@example.com', 'carl@example.org']))
    expect(info).toMatchObject({ accepted: ['carl@example.org'], suppressed: ['bob@example.com'] })
    expect(simulator.messages.map(({ envelope }) => envelope.to)).toEqual([['carl@example.org']])
  })

  it('is so in its streams only', async () => {
    const stage = await directStage({}, { stream: ({ data }) => (data['list'] ? 'marketing' : undefined) })
    await stage.engine.suppress({
      recipient: 'anna@icloud.com',
      origin: 'unsubscribe',
      streams: ['marketing'],
    })
    const list = { list: { unsubscribe: 'https://example.com/u' } }
    const error = await rejection(stage.transporter.sendMail(mail('anna@icloud.com', list)))
    expect(error).toMatchObject({
      code: 'ESUPPRESSED',
      verdict: null,
      suppression: { origin: 'unsubscribe' },
    })
    expect((await stage.transporter.sendMail(mail('anna@icloud.com'))).accepted).toEqual(['anna@icloud.com'])
  })
})

describe('many mails at once', () => {
  it('each get their own outcome over a pool', async () => {
    const { transporter, simulator } = await directStage({}, { smtp: { pool: true, maxConnections: 5 } })
    const to = Array.from({ length: 120 }, (_, index) =>
      index % 3 === 0 ? `policy-cs01+${index}@icloud.com` : `anna${index}@icloud.com`,
    )
    const results = await Promise.allSettled(to.map((address) => transporter.sendMail(mail(address))))
    const accepted = results.flatMap((result) => (result.status === 'fulfilled' ? result.value.accepted : []))
    expect(accepted).toEqual(simulator.messages.map(({ envelope }) => envelope.to[0]).toSorted(byNumber))
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(120 - accepted.length)
    expect(accepted.length).toBeGreaterThan(0)
    expect(simulator.sessions.peak).toBeLessThanOrEqual(5)
  })
})

function byNumber(a = '', b = ''): number {
  return Number(a.replace(/\D+/g, '')) - Number(b.replace(/\D+/g, ''))
}
