import type { PausePolicy, Policy } from '../policy/policy.ts'
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

/** The failures for which mail of this stream pauses, if any: due for a try or not. */
export function pauseOf(
  { softBounces }: RecipientState,
  stream: string,
  policy: Policy,
): { rule: string; nextTryAt: number } | null {
  if (softBounces === undefined) return null
  for (const { rule, nextTryAt } of softBounces) {
    if (nextTryAt !== undefined && policy.rules[rule]?.pause?.streams.includes(stream))
      return { rule, nextTryAt }
  }
  return null
}
