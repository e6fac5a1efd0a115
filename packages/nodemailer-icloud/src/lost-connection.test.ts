import { describe, expect, it } from 'vitest'
import { directStage, mail, rejection } from './stage.test.fixture.ts'

describe('a refusal after which Apple hangs up', () => {
  it.each([
    ['spamhaus-block', 'EHELD', {}],
    ['spamhaus-block', 'EHELD', { pool: true }],
    ['invalid-recipient', 'ESUPPRESSED', {}],
    ['mailbox-full', 'ERETRYEXHAUSTED', { pool: true }],
  ])('is heard, though Nodemailer forgets it: %s', async (rule, code, smtp) => {
    const { transporter } = await directStage({}, { smtp, retry: { budgetMs: 0 } })
    const error = await rejection(transporter.sendMail(mail(`${rule}-close@icloud.com`)))
    expect(error).toMatchObject({ code, rule, verdict: { rule, provider: 'apple' }, command: 'RCPT TO' })
    expect(error['responseCode']).toBeGreaterThanOrEqual(500)
  })

  it('is about the one it named, where several shared the transaction', async () => {
    const { transporter, engine } = await directStage(
      {},
      { onePerTransaction: false, retry: { budgetMs: 0 } },
    )
    const to = ['anna@icloud.com', 'invalid-recipient-close@icloud.com']
    const error = await rejection(transporter.sendMail(mail(to)))
    expect(error).toMatchObject({ rejected: to, suppressed: ['invalid-recipient-close@icloud.com'] })
    expect((await engine.address('anna@icloud.com')).suppressions).toEqual([])
  })
})

describe('a connection to Apple that fails without a word', () => {
  const dropped = { simulator: { connection: [{ drop: true }] } } as const

  it('is reported as what it is, and is no reply that a rule could be written for', async () => {
    const { transporter, engine } = await directStage({}, { ...dropped, retry: { budgetMs: 0 } })
    const unknown: unknown[] = []
    engine.on('unknown', (action) => unknown.push(action))
    const error = await rejection(transporter.sendMail(mail('anna@icloud.com')))
    expect(error).toMatchObject({
      code: 'ERETRYEXHAUSTED',
      permanent: false,
      rule: null,
      verdict: null,
      ambiguous: false,
    })
    expect(error).not.toHaveProperty('response')
    expect(error['retryAt']).toBeGreaterThan(0)
    expect(error.message).toMatch(
      /^anna@icloud\.com: the connection failed before a reply came \(.+\)\. Send it again at 20.+, unless it is in an outbox\.$/,
    )
    expect(unknown).toEqual([])
  })

  it('is tried again, as often as it may be', async () => {
    const { transporter, simulator } = await directStage(
      {},
      { ...dropped, retry: { budgetMs: 9e8, maxAttempts: 3 } },
    )
    expect(await rejection(transporter.sendMail(mail('anna@icloud.com')))).toMatchObject({
      code: 'ERETRYEXHAUSTED',
      rule: null,
    })
    expect(simulator.sessions.count).toBe(3)
  })

  it('of another transport than SMTP is nobody else’s business', async () => {
    const { transporter, engine } = await directStage({}, { retry: { budgetMs: 0 } })
    transporter.transporter.inner.send = (_: unknown, callback: (error: Error) => void) =>
      callback(Object.assign(new Error('Disk full'), { code: 'ENOSPC' }))
    expect(await rejection(transporter.sendMail(mail('anna@icloud.com')))).toMatchObject({
      code: 'ENOSPC',
      message: 'Disk full',
      action: null,
    })
    expect(await engine.holds()).toEqual([])
  })
})
