import { classify } from '@icloud-delivery/rules'
import { describe, expect, it } from 'vitest'
import type { RecordRequest } from '../record/outcome.ts'
import { plainRequest } from './plain-request.ts'

const recipient = 'anna@icloud.com'
const full = '552 5.2.2 <anna@icloud.com>: user is over quota'
const blocked = '550 5.7.1 Mail from IP 192.0.2.10 was rejected [HM08]'

function stored(input: unknown): RecordRequest {
  const request = {
    recipient,
    sender: 'shop@example.com',
    messageId: 'm1',
    outcome: { kind: 'reply', input, mx: 'mx01.mail.icloud.com', phase: 'rcpt' },
  } as const
  return JSON.parse(JSON.stringify(plainRequest(request))) as RecordRequest
}

function inputOf(input: unknown): unknown {
  const { outcome } = stored(input)
  return outcome.kind === 'reply' ? outcome.input : null
}

describe('a stored reply', () => {
  const refusal = (response: string, whose: string): Error =>
    Object.assign(new Error('refused'), { response, responseCode: 550, recipient: whose })
  const several = Object.assign(new Error('all refused'), {
    response: blocked,
    rejectedErrors: [refusal(blocked, 'bert@icloud.com'), refusal(full, 'Anna@icloud.com')],
  })
  it.each([
    ['text', full],
    ['long text', `${full} ${'x'.repeat(20_000)}`],
    ['bytes', Buffer.from(full)],
    ['a number', 550],
    ['lines', ['550-5.7.1 no', `550 ${blocked}`]],
    ['an error with a response', refusal(full, recipient)],
    ['an error with a message only', Object.assign(new Error('user is over quota'), { responseCode: 552 })],
    ['an error for several recipients', several],
    ['one without a response for others only', { rejectedErrors: [refusal(blocked, 'bert@icloud.com')] }],
    ['errors in a list', [refusal(full, recipient), several]],
    ['nothing', null],
    ['an object', { a: 1 }],
  ])('means the same: %s', (_, input) => {
    const context = { recipient, mx: 'mx01.mail.icloud.com' }
    const { rule, text, evidence } = classify(inputOf(input), context)
    const before = classify(input, context)
    expect({ rule, text, evidence }).toEqual({
      rule: before.rule,
      text: before.text,
      evidence: before.evidence,
    })
  })

  it('is bounded, and nothing makes it throw', () => {
    const huge = 'x'.repeat(1e6)
    const errors = Array.from({ length: 500 }, () => ({
      response: huge,
      message: huge,
      rejectedErrors: [huge],
    }))
    expect(JSON.stringify(stored(errors)).length).toBeLessThan(50_000)
    const circle: unknown[] = []
    circle.push(circle)
    expect(inputOf(circle)).toEqual([[['']]])
    const trap = {
      get response() {
        throw new Error('a trap')
      },
    }
    expect(inputOf(trap)).toBe('')
  })
})

it('keeps the rest of the request as far as it counts', () => {
  const request = {
    recipient,
    sender: 'shop@example.com',
    stream: 'marketing',
    lane: 'ip1',
    hop: 'direct',
    campaign: 'spring',
    messageId: 'm'.repeat(5000),
    acceptedAt: 5,
    attempt: 2,
    outcome: { kind: 'no-reply', error: 'ETIMEDOUT', mx: null },
    odd: Symbol('odd'),
    how: () => {},
  } as const
  const { odd: _odd, how: _how, ...rest } = request
  expect(plainRequest(request)).toEqual({ ...rest, messageId: 'm'.repeat(1000) })
})

it('keeps what says that it was told later', () => {
  const late = { id: 'bounce 1', at: 1, about: 'recipient', final: false } as const
  const told = {
    recipient,
    sender: '',
    messageId: 'm1',
    outcome: { kind: 'reply', input: full },
  } as const
  expect(plainRequest({ ...told, late })).toMatchObject({ late })
})
