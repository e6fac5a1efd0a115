import { clockSlackMs } from './decide-hold.ts'
import type { Policy } from '../policy/policy.ts'
import type { PausePolicy } from '../policy/recipient-policy.ts'
import type { RecipientState, SoftBounces } from '../state/state.ts'

/**
 * The failures of a recipient under one rule, with the time of the next try for the streams that pause, once they have
 * lasted long enough. Only a failed try of such a stream puts the next one off. Pure.
 *
 * @param now ms since the epoch
 */
export function withNextTry(
  bounces: SoftBounces,
  pause: PausePolicy | null | undefined,
  stream: string,
  now: number,
): SoftBounces {
  if (!pause || bounces.lastAt - bounces.firstAt < pause.afterSeconds * 1000) return bounces
  const { nextTryAt } = bounces
  const isDue = nextTryAt === undefined || (now >= nextTryAt && pause.streams.includes(stream))
  return isDue ? { ...bounces, nextTryAt: now + pause.everySeconds * 1000 } : bounces
}

/** A stream that pauses for a recipient. */
export interface Pause {
  rule: string
  pause: PausePolicy
  failures: SoftBounces & { nextTryAt: number }
}

/** The failures for which mail of this stream pauses, if any: due for a try or not. */
export function pauseOf({ softBounces }: RecipientState, stream: string, policy: Policy): Pause | null {
  if (softBounces === undefined) return null
  for (const bounces of softBounces) {
    const { rule, nextTryAt } = bounces
    const pause = nextTryAt === undefined ? null : policy.rules[rule]?.pause
    if (nextTryAt !== undefined && pause?.streams.includes(stream))
      return { rule, pause, failures: { ...bounces, nextTryAt } }
  }
  return null
}

/** Whether this message has to wait: no try is due, or another message is it. */
export function isPaused(pause: Pause, messageId: string | null, now: number): boolean {
  return !isTryDue(pause, now) && (messageId === null || pause.failures.tryOf !== messageId)
}

/** Also if it is further off than a try can be: the clock was set back since. */
function isTryDue({ pause, failures }: Pause, now: number): boolean {
  const { nextTryAt } = failures
  return now >= nextTryAt || nextTryAt > now + pause.everySeconds * 1000 + clockSlackMs
}

/** Lets one message go as the try, if one is due: until the next one all others wait. The same state if none is. */
export function leaseTry(
  state: RecipientState,
  due: Pause,
  messageId: string | null,
  now: number,
): RecipientState {
  const { rule, pause, failures } = due
  if (!isTryDue(due, now)) return state
  const leased = { ...failures, nextTryAt: now + pause.everySeconds * 1000, tryOf: messageId }
  const others = (state.softBounces ?? []).filter((bounces) => bounces.rule !== rule)
  return { ...state, softBounces: [...others, leased] }
}
