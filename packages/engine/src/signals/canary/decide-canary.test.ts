import { describe, expect, it } from 'vitest'
import type { CanaryReplies, CanaryState } from './canary-state.ts'
import { decideCanary, takeSeats } from './decide-canary.ts'

const start = Date.UTC(2026, 0, 1)
const seats = (count: number): string[] => Array.from({ length: count }, (_, index) => `s${index}`)
const state: CanaryState = {
  size: 100,
  waitSeconds: 3600,
  maxBad: 0.02,
  maxRecipientFaults: 0.1,
  declaredAt: start,
  firstAt: start,
  seats: seats(100),
}

function decide(replies: Partial<CanaryReplies>, after = 60, about: Partial<CanaryState> = {}): unknown {
  const all = { good: 0, bad: 0, recipientFaults: 0, rule: null, ...replies }
  const verdict = decideCanary({ ...state, ...about }, all, start + after * 1000)
  return verdict === null ? null : [verdict.type, verdict.reason]
}

describe('a canary', () => {
  it('waits for the replies, and goes on when all are good enough', () => {
    expect(decide({ good: 99 })).toBeNull()
    expect(decide({ good: 98, bad: 2 })).toEqual(['go', '98 of 100 were accepted'])
    expect(decide({ good: 90, recipientFaults: 10 })).toEqual(['go', '90 of 100 were accepted'])
  })

  it('stops as soon as there are too many refusals for the sender’s reasons', () => {
    expect(decide({ good: 5, bad: 2 })).toBeNull()
    expect(decide({ good: 5, bad: 3, rule: 'policy-hm08' })).toEqual([
      'stop',
      "3 of 8 replies were refusals for the sender's reasons, mostly policy-hm08; at most 2 % may be",
    ])
    expect(decide({ bad: 4 }, 60, { maxBad: 4 })).toBeNull()
    expect(decide({ bad: 5 }, 60, { maxBad: 4 })).toMatchObject([
      'stop',
      expect.stringContaining('at most 4 may be'),
    ])
    expect(decide({ good: 50, bad: 1 }, 60, { maxBad: 0 })).toMatchObject([
      'stop',
      expect.stringContaining('at most 0 %'),
    ])
  })

  it('stops for an old list, by a limit of its own', () => {
    expect(decide({ good: 1, recipientFaults: 10 })).toBeNull()
    expect(decide({ good: 1, recipientFaults: 11, rule: 'invalid-recipient' })).toEqual([
      'stop',
      '11 of 12 replies were about the recipients, mostly invalid-recipient; at most 10 % may be: is this list old?',
    ])
  })

  it('judges by what has come when the wait is over', () => {
    expect(decide({ good: 50 }, 3599)).toBeNull()
    expect(decide({ good: 50 }, 3600)).toEqual(['go', '50 of 50 were accepted in 3600 s'])
    expect(decide({ good: 48, bad: 2 }, 3600)).toMatchObject(['stop', expect.stringContaining('2 of 50')])
    expect(decide({ good: 49 }, 3600)).toEqual(['stop', 'only 49 of 100 had an answer after 3600 s'])
    expect(decide({}, 3600)).toMatchObject(['stop', expect.stringContaining('only 0 of 100')])
    // A campaign that is smaller than its canary.
    expect(decide({ good: 3 }, 3600, { seats: seats(3) })).toMatchObject(['go', expect.anything()])
  })

  it('waits for as long as nobody was let go', () => {
    const { firstAt: _, seats: __, ...fresh } = state
    expect(decideCanary(fresh, { good: 0, bad: 0, recipientFaults: 0, rule: null }, start + 1e12)).toBeNull()
  })

  it('lets the first ones go, and the same ones again', () => {
    const empty: CanaryState = { ...state, size: 3, seats: [] }
    const first = takeSeats(empty, ['a', 'b', 'a'], start)
    expect([...first.seated]).toEqual(['a', 'b'])
    const second = takeSeats(first.state, ['b', 'c', 'd'], start + 1000)
    expect([...second.seated]).toEqual(['b', 'c'])
    expect(second.state).toMatchObject({ seats: ['a', 'b', 'c'], firstAt: start })
    const third = takeSeats(second.state, ['a', 'e'], start)
    expect([...third.seated]).toEqual(['a'])
    expect(third.state).toBe(second.state)
  })
})
