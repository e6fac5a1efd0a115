import type { SpreadPolicy } from './lane-policy.ts'
import { filled, roomOf, sunk, waitOf, type Level, type Pace } from './level.ts'
import type { CreditRequest } from './warm-up.ts'

/** A hundredth of the volume may go ahead of its time. */
const parts = 100

export function spreadPace({ messages, overSeconds }: SpreadPolicy): Pace {
  return { intervalMs: (overSeconds * 1000) / messages, burst: Math.max(1, messages / parts) }
}

/** Charges what went of a stream and grants what may go. */
export function takeSpread(
  before: Level | undefined,
  policy: SpreadPolicy,
  { charge, asked }: CreditRequest,
  now: number,
): { level: Level; granted: number; waitMs: number } {
  const pace = spreadPace(policy)
  const current = filled(sunk(before, pace, now), charge)
  const granted = Math.min(asked, roomOf(current, pace))
  const level = filled(current, granted)
  return { level, granted, waitMs: waitOf(level, pace) }
}
