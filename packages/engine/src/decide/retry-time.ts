import type { Policy, RulePolicy } from '../policy/policy.ts'

/** ms since the epoch at which a message is too old. */
export function expiryOf(acceptedAt: number, stream: string, policy: Policy): number {
  const byStream = Object.hasOwn(policy.maxAgeSeconds, stream) ? policy.maxAgeSeconds[stream] : undefined
  return acceptedAt + (byStream ?? policy.maxAgeSeconds['*'] ?? 0) * 1000
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
