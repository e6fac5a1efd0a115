import type { Policy, RulePolicy, TopOfHourPolicy } from '../policy/policy.ts'

/** What a message's age counts by. */
export interface Deadlines {
  /** When it was first accepted, ms since the epoch. */
  acceptedAt?: number | null | undefined
  /** When it is of no use any more, ms since the epoch. */
  deliverBy?: number | null | undefined
}

/** ms since the epoch at which a message is too old; `Infinity` if that cannot be known. */
export function expiryOf({ acceptedAt, deliverBy }: Deadlines, stream: string, policy: Policy): number {
  const byStream = Object.hasOwn(policy.maxAgeSeconds, stream) ? policy.maxAgeSeconds[stream] : undefined
  const most = (byStream ?? policy.maxAgeSeconds['*'] ?? 0) * 1000
  return Math.min((acceptedAt ?? Infinity) + most, deliverBy ?? Infinity)
}

/**
 * Seconds before the next try after `used` waits, or `null` if the rule's waits are used up. A rule without waits of its
 * own takes those for retries in general.
 */
export function waitSeconds(
  rule: RulePolicy,
  used: number,
  policy: Policy,
  random: () => number,
): number | null {
  const waits = rule.waitsSeconds ?? policy.otherwise.retry.waitsSeconds ?? []
  const last = waits.at(-1)
  if (last === undefined || (used >= waits.length && rule.afterWaits === 'soft-bounce')) return null
  return (waits[used] ?? last) * (1 + policy.jitter * random())
}

/** The longest that {@link waitSeconds} and {@link retryTime} make of one wait of a rule, seconds. */
export function longestWaitSeconds(rule: RulePolicy, { otherwise, jitter, topOfHour }: Policy): number {
  const waits = rule.waitsSeconds ?? otherwise.retry.waitsSeconds ?? []
  return Math.max(0, ...waits) * (1 + jitter) + 3 * topOfHour.avoidSeconds
}

/**
 * ms since the epoch of a try after this wait. The begin of an hour is when everybody sends: what would fall there is
 * moved behind it, over twice as long a time, so that not everybody meets again. A wait shorter than that begin is meant
 * to be short, and stays.
 *
 * @param now ms since the epoch
 */
export function retryTime(
  now: number,
  seconds: number,
  { avoidSeconds, hourSeconds }: TopOfHourPolicy,
  random: () => number,
): number {
  const at = now + seconds * 1000
  const intoHour = at % (hourSeconds * 1000)
  if (intoHour >= avoidSeconds * 1000 || seconds < avoidSeconds) return Math.round(at)
  return Math.round(at - intoHour + avoidSeconds * 1000 * (1 + 2 * random()))
}
