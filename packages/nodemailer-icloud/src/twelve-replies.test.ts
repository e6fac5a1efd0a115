import { describe, expect, it } from 'vitest'
import type { IcloudErrorCode } from './errors.ts'
import { directStage, mail, rejection } from './stage.test.fixture.ts'

const expected: Record<string, { code: IcloudErrorCode; responseCode: number; permanent: boolean }> = {
  'rate-limited': { code: 'ERETRYEXHAUSTED', responseCode: 421, permanent: false },
  'invalid-recipient': { code: 'ESUPPRESSED', responseCode: 550, permanent: true },
  'inactive-account': { code: 'ESOFTBOUNCE', responseCode: 550, permanent: true },
  'mailbox-full': { code: 'ERETRYEXHAUSTED', responseCode: 552, permanent: false },
  'authentication-failure': { code: 'EREFUSED', responseCode: 554, permanent: true },
  'dmarc-failure': { code: 'EREFUSED', responseCode: 554, permanent: true },
  'proofpoint-block': { code: 'EHELD', responseCode: 550, permanent: false },
  'policy-cs01': { code: 'EREFUSED', responseCode: 550, permanent: true },
  'policy-cs02': { code: 'EREFUSED', responseCode: 554, permanent: true },
  'policy-cs03': { code: 'EREFUSED', responseCode: 554, permanent: true },
  'policy-hm08': { code: 'EREFUSED', responseCode: 554, permanent: true },
  'spamhaus-block': { code: 'EHELD', responseCode: 550, permanent: false },
}

describe('on a direct hop', () => {
  it.each(Object.entries(expected))('%s gives its own error', async (rule, fields) => {
    const { transporter, engine, simulator } = await directStage({}, { retry: { budgetMs: 0 } })
    const address = `${rule}@icloud.com`
    const error = await rejection(transporter.sendMail(mail(address)))

    expect(error).toMatchObject({
      ...fields,
      recipient: address,
      rule,
      rejected: [address],
      accepted: [],
      pending: [],
    })
    expect(error).toMatchObject({
      verdict: { rule, provider: 'apple' },
      rejectedErrors: [{ recipient: address, ...fields }],
    })
    expect(error['response']).toBe(simulator.attempts.find((attempt) => attempt.rule === rule)?.reply)
    if (!fields.permanent) expect(error['retryAt']).toBeGreaterThan(Date.UTC(2026, 0, 5, 9))

    const { suppressions } = await engine.address(address)
    expect(suppressions.map((one) => one.rule)).toEqual(rule === 'invalid-recipient' ? [rule] : [])
  })
})
