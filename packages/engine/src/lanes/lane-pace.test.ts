import { describe, expect, it } from 'vitest'
import { concurrencyOf, newLane, raiseLane, rateOf, slowLane } from './lane-pace.ts'
import { defaultLane, type LanePolicy } from './lane-policy.ts'
import type { LaneState } from './lane-state.ts'
import { count } from './meter.ts'

const start = Date.UTC(2026, 0, 1)
const minute = 60_000

function lane(changes: Partial<LaneState> = {}): LaneState {
  return { ...newLane(defaultLane, start), ...changes }
}

/** A lane over which Apple accepted so many messages a second for ten minutes. */
function busy(perSecond: number, now: number): LaneState {
  let meter = count(undefined, 0, now - 600_000, 120)
  for (let second = -599; second <= 0; second++) meter = count(meter, perSecond, now + second * 1000, 120)
  return lane({ concurrency: 10, meter })
}

/** What comes of so many minutes in which all is accepted, in steps of ten seconds. */
function pass(state: LaneState, from: number, minutes: number, policy: LanePolicy = defaultLane): LaneState {
  let next = state
  for (let at = from; at <= from + minutes * minute; at += 10_000)
    next = raiseLane({ ...next, accepted: next.accepted + 100 }, policy, at)
  return next
}

describe('a lane that Apple objects to', () => {
  it('gives half of its connections, down to the floor', () => {
    let state = lane({ concurrency: 10 })
    const seen: number[] = []
    for (let index = 1; index <= 4; index++) {
      state = slowLane(state, 'ip-deferred', defaultLane, start + index * 2 * minute)
      seen.push(state.concurrency)
    }
    expect(seen).toEqual([5, 2, 2, 2])
    expect(state).toMatchObject({ slowedAt: start + 8 * minute, slowedBy: 'ip-deferred' })
  })

  it('gives half of the rate that was measured, then half of that, down to the floor', () => {
    const first = slowLane(busy(8, start), 'temporary-error', defaultLane, start)
    expect(first.rate).toBeCloseTo(4, 1)
    const second = slowLane(first, 'temporary-error', defaultLane, start + 2 * minute)
    expect(second.rate).toBeCloseTo(2, 1)
    let state = second
    for (let index = 2; index < 10; index++)
      state = slowLane(state, 'temporary-error', defaultLane, start + index * 2 * minute)
    expect(state.rate).toBe(0.5)
  })

  it('is slowed once by all the replies of a storm', () => {
    let state = slowLane(busy(8, start), 'temporary-error', defaultLane, start)
    const once = state
    for (let second = 1; second <= 60; second++)
      state = slowLane(state, 'temporary-error', defaultLane, start + second * 1000)
    expect(state).toBe(once)
    expect(slowLane(state, 'temporary-error', defaultLane, start + 61_000).concurrency).toBe(2)
  })

  it('is slowed again after a clock that jumped back', () => {
    const state = slowLane(lane({ concurrency: 10 }), 'ip-deferred', defaultLane, start)
    expect(slowLane(state, 'ip-deferred', defaultLane, start - 60 * minute).concurrency).toBe(2)
  })
})

describe('a lane without trouble', () => {
  it('gives one connection more in half a minute, up to the ceiling', () => {
    expect(pass(lane(), start, 2).concurrency).toBe(8)
    expect(pass(lane(), start, 30).concurrency).toBe(10)
  })

  it('needs accepted messages for that', () => {
    expect(raiseLane(lane({ accepted: 19 }), defaultLane, start + 10 * minute).concurrency).toBe(5)
    expect(raiseLane(lane({ accepted: 20 }), defaultLane, start + 10 * minute).concurrency).toBe(6)
  })

  it('gets its rate back step by step, and has no limit any more at twice the rate that Apple objected to', () => {
    const slowed = slowLane(busy(8, start), 'temporary-error', defaultLane, start)
    const later = pass(slowed, start, 3)
    expect(later.rate).toBeGreaterThan(7)
    expect(later.rate).toBeLessThan(9)
    expect(pass(slowed, start, 20).rate).toBeNull()
    expect(pass(slowed, start, 20).concurrency).toBe(10)
  })

  it('has no higher rate than its ceiling', () => {
    const policy = { ...defaultLane, rateCeiling: 6 }
    const state = { ...newLane(policy, start), concurrency: 10 }
    expect(state.rate).toBe(6)
    const slowed = slowLane(state, 'temporary-error', policy, start)
    expect(slowed.rate).toBe(3)
    expect(pass(slowed, start, 60, policy).rate).toBe(6)
    expect(rateOf(lane(), policy)).toBe(6)
  })

  it('goes on rising after a clock that jumped back', () => {
    const state = lane({ accepted: 20, changedAt: start + 60 * minute })
    expect(raiseLane(state, defaultLane, start)).toMatchObject({ concurrency: 6, changedAt: start })
  })

  it('stays within the limits of a policy that changed', () => {
    expect(concurrencyOf(lane({ concurrency: 10 }), { ...defaultLane, ceiling: 4 })).toBe(4)
    expect(concurrencyOf(lane({ concurrency: 10 }), { ...defaultLane, ceiling: 1 })).toBe(1)
    expect(concurrencyOf(lane({ concurrency: 1 }), defaultLane)).toBe(2)
  })
})
