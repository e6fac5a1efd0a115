import { describe, expect, it } from 'vitest'
import { directStage, mail, rejection } from './stage.test.helper.ts'

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
  it('is tried again after 1, 2 and 4 s, and then reported as what it is', async () => {
    const { transporter, engine, simulator, time } = await directStage(
      {},
      { simulator: { connection: [{ drop: true }] }, retry: { maxAttempts: 4 } },
    )
    const told: string[] = []
    for (const event of ['unknown', 'retry', 'held', 'failed'] as const)
      engine.on(event, () => told.push(event))
    const error = await rejection(transporter.sendMail(mail('anna@icloud.com')))
    expect(error).toMatchObject({
      code: 'ECONNECTION',
      permanent: false,
      rule: null,
      verdict: null,
      action: null,
      retryAt: null,
      ambiguous: false,
    })
    const [one] = error['rejectedErrors'] as Error[]
    expect(one?.message).toMatch(
      /^anna@icloud\.com: the connection failed before a reply came \(.+\)\. It was not queued: send it again later\.$/,
    )
    expect(time.waits).toEqual([1000, 2000, 4000])
    expect(simulator.sessions.count).toBe(4)
    expect(told).toEqual([])
    expect(await engine.holds()).toEqual([])
  })

  it('is not tried again where the budget does not allow it', async () => {
    const { transporter, simulator } = await directStage(
      {},
      { simulator: { connection: [{ drop: true }] }, retry: { budgetMs: 999 } },
    )
    expect(await rejection(transporter.sendMail(mail('anna@icloud.com')))).toMatchObject({
      code: 'ECONNECTION',
    })
    expect(simulator.sessions.count).toBe(1)
  })
})
