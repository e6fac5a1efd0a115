import { describe, expect, it } from 'vitest'
import { RejectedError, type Failure } from '../../errors.ts'
import type { Settled } from '../../settled.ts'
import { nextStep, type StepContext } from './next-step.ts'

const recipient = { address: 'anna@icloud.com', tries: 2, nextAt: 0, last: null }
const context: StepContext = {
  now: 1_000_000,
  expiresAt: 1_000_000 + 86_400_000,
  deliverBy: null,
  retryAmbiguous: true,
  random: () => 0,
}

function rejected(code: string, more: Partial<Failure> = {}): Settled {
  const about = { verdict: null, rule: null, action: null, retryAt: null, suppression: null }
  const failure = {
    code,
    permanent: false,
    recipient: recipient.address,
    ambiguous: false,
    ...about,
    ...more,
  }
  return { state: 'rejected', failure: new RejectedError('What happened', failure), error: null }
}

describe('what follows from a try', () => {
  it.each([
    ['the password of the relay', rejected('EAUTH', { permanent: true })],
    [
      'a relay that wants to know first who sends',
      rejected('EENVELOPE', { permanent: true, responseCode: 530 }),
    ],
    ['a greeting that refuses', rejected('EPROTOCOL', { permanent: true })],
    ['a relay that is busy', rejected('EENVELOPE')],
    ['a connection lost after the body', rejected('ECONNECTION', { ambiguous: true })],
  ])('another try for %s', (_, result) => {
    const waits = { address: 'anna@icloud.com', tries: 3, nextAt: context.now + 300_000 }
    expect(nextStep(recipient, result, context)).toMatchObject({ waits })
  })

  it('one alone, and at once, for a refusal that was for all of a transaction', () => {
    const shared = { ...rejected('EMESSAGE', { permanent: true }), isShared: true } as Settled
    expect(nextStep(recipient, shared, context)).toMatchObject({
      waits: { nextAt: context.now, isAlone: true, last: { code: 'EMESSAGE' } },
    })
    const later = { ...rejected('EMESSAGE'), isShared: true } as Settled
    expect(nextStep(recipient, later, context)).toMatchObject({
      waits: { nextAt: context.now + 300_000, isAlone: true },
    })
    const alone = { ...recipient, isAlone: true as const }
    expect(nextStep(alone, rejected('EENVELOPE'), context)).toMatchObject({ waits: { isAlone: true } })
    const tooLate = { ...context, expiresAt: context.now }
    expect(nextStep(recipient, shared, tooLate)).toMatchObject({ outcome: { code: 'EEXPIRED' } })
  })

  it.each([
    ['what the relay refuses for good', rejected('EENVELOPE', { permanent: true }), 'EENVELOPE'],
    ['what the engine has decided', rejected('ESOFTBOUNCE', { permanent: true }), 'ESOFTBOUNCE'],
  ])('the end for %s', (_, result, code) => {
    expect(nextStep(recipient, result, context)).toMatchObject({
      outcome: { state: 'undelivered', code, tries: 3 },
    })
  })

  it('the end for a connection lost after the body, if it must not come twice', () => {
    const result = rejected('ECONNECTION', { ambiguous: true })
    const outcome = { code: 'ECONNECTION', ambiguous: true }
    expect(nextStep(recipient, result, { ...context, retryAmbiguous: false })).toMatchObject({ outcome })
  })

  it('the end if the next try would be too late', () => {
    const tooLate = { outcome: { code: 'EEXPIRED', state: 'undelivered' } }
    const result = rejected('ESOCKET')
    expect(nextStep(recipient, result, { ...context, expiresAt: context.now + 1000 })).toMatchObject(tooLate)
    expect(nextStep(recipient, result, { ...context, deliverBy: context.now + 1000 })).toMatchObject(tooLate)
  })
})
