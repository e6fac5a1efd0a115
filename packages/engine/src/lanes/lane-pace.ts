import type { LanePolicy } from './lane-policy.ts'
import { isApart, type LaneState } from './lane-state.ts'
import { perSecond } from './meter.ts'

/** The rate is measured over so many times `raiseSeconds`. */
const measuredOver = 4
/** A raise of the rate is this share of the rate that Apple objected to. */
const step = 0.1
/** Beyond so many times that rate the limit is forgotten. */
const forgetAt = 2

/** A lane that nothing is known of. */
export function newLane(policy: LanePolicy, now: number): LaneState {
  return {
    concurrency: within(policy.start, policy),
    rate: policy.rateCeiling,
    changedAt: now,
    accepted: 0,
    leases: {},
  }
}

/** Connections that the lane gives now, between floor and ceiling of today's policy. */
export function concurrencyOf(state: LaneState, policy: LanePolicy): number {
  return within(state.concurrency, policy)
}

/** Messages a second that it gives now. */
export function rateOf({ rate }: LaneState, { rateCeiling }: LanePolicy): number | null {
  if (rate === null || rateCeiling === null) return rate ?? rateCeiling
  return Math.min(rate, rateCeiling)
}

/** Messages a second that Apple accepted over the last minutes. */
export function measuredRate(state: LaneState, policy: LanePolicy, now: number): number {
  return perSecond(state.meter, now, measureSeconds(policy))
}

export function measureSeconds({ raiseSeconds }: LanePolicy): number {
  return measuredOver * raiseSeconds
}

/** Half of what it was. The same state while the last slow-down is fresh: the replies of one storm are one. */
export function slowLane(state: LaneState, rule: string, policy: LanePolicy, now: number): LaneState {
  if (!isSlowable(state.slowedAt, policy, now)) return state
  const limit = rateOf(state, policy)
  const rate = limit ?? measuredRate(state, policy, now)
  return {
    ...state,
    concurrency: within(Math.floor(concurrencyOf(state, policy) / 2), policy),
    rate: Math.max(policy.rateFloor, rate / 2),
    objectedRate: Math.max(state.rate === null ? 0 : (state.objectedRate ?? 0), rate, policy.rateFloor),
    slowedAt: now,
    slowedBy: rule,
    changedAt: now,
    accepted: 0,
  }
}

/** Whether the last slow-down is long enough ago for another one. */
export function isSlowable(slowedAt: number | undefined, { slowSeconds }: LanePolicy, now: number): boolean {
  return slowedAt === undefined || isApart(now, slowedAt, slowSeconds)
}

/** One connection and a tenth of the rate more, if enough was accepted and enough time has passed without trouble. */
export function raiseLane(state: LaneState, policy: LanePolicy, now: number): LaneState {
  if (state.accepted < policy.raiseMessages || !isApart(now, state.changedAt, policy.raiseSeconds))
    return state
  const concurrency = within(concurrencyOf(state, policy) + 1, policy)
  return { ...state, concurrency, rate: raisedRate(state, policy), changedAt: now, accepted: 0 }
}

function raisedRate(state: LaneState, policy: LanePolicy): number | null {
  const { rateCeiling, rateFloor } = policy
  if (state.rate === null) return null
  const objected = state.objectedRate ?? state.rate
  const rate = state.rate + Math.max(objected * step, rateFloor * step)
  if (rateCeiling !== null) return Math.min(rate, rateCeiling)
  return rate >= objected * forgetAt ? null : rate
}

function within(concurrency: number, { floor, ceiling }: LanePolicy): number {
  return Math.max(Math.min(floor, ceiling), Math.min(concurrency, ceiling))
}
