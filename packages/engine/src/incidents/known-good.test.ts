import { classify, type Verdict } from '@icloud-delivery/rules'
import { describe, expect, it } from 'vitest'
import { defaultIncidents } from './incident-policy.ts'
import { goodField } from './known-good.ts'
import type { RecipientState } from '../state/state.ts'

const dayMs = 86_400_000
const now = Date.UTC(2026, 0, 1)

function fieldOf(
  before: RecipientState,
  verdict: Verdict | null = null,
  address = 'anna@icloud.com',
): string | null {
  return goodField(
    before,
    { recipient: address, address, verdict, attempts: 1 },
    now,
    defaultIncidents,
    dayMs,
  )
}

function acceptedBefore(days: number): RecipientState {
  return { deliveredAt: now - days * dayMs }
}

describe('a recipient is known to be good', () => {
  it('for 90 days after Apple took its mail, at Apple’s own domains', () => {
    expect(fieldOf({})).toBeNull()
    expect(fieldOf(acceptedBefore(0.1))).toBe('ok 0')
    expect(fieldOf(acceptedBefore(5))).toBe('ok 3')
    expect(fieldOf(acceptedBefore(90))).toBe('ok 7')
    expect(fieldOf(acceptedBefore(90.1))).toBeNull()
    expect(fieldOf(acceptedBefore(5), null, 'anna@me.com')).toBe('ok 3')
    for (const address of ['anna@example.com', 'x@privaterelay.appleid.com', 'anna@noticloud.com'])
      expect(fieldOf(acceptedBefore(5), null, address)).toBeNull()
  })

  it('and counts once for a rule', () => {
    const gone = classify('550 5.1.1 <anna@icloud.com>: user does not exist', { mx: 'mx01.mail.icloud.com' })
    const field = 'no 3 r invalid-recipient'
    expect(fieldOf(acceptedBefore(5), gone)).toBe(field)
    const rule = 'invalid-recipient'
    const again: RecipientState[] = [
      { softBounces: [{ rule, count: 1, firstAt: 0, lastAt: 0, messageIds: [] }] },
      { messages: [{ id: 'm', acceptedAt: 0, attempts: 1, waits: [{ rule, count: 1 }] }] },
      { quarantine: { rule, at: 0, until: 1, reply: '', messageId: 'm' } },
    ]
    for (const state of again)
      expect(fieldOf({ ...acceptedBefore(5), ...state }, gone)).toBe(`${field} again`)
  })

  it('and what is retried or held anyway says nothing of it', () => {
    const busy = classify('451 4.7.1 Service unavailable - try again later', { mx: 'mx01.mail.icloud.com' })
    expect(fieldOf(acceptedBefore(5), busy)).toBeNull()
  })
})
