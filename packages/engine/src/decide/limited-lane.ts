import type { SlowLanePolicy } from '../policy/recipient-policy.ts'
import type { LaneLimits } from '../state/state.ts'

/**
 * Remembers that Apple limited a recipient, and says whether that makes too many on this lane. Pure. While it is too many
 * anyway the list is left alone for half the window: in a storm not every reply is a write to the same entry.
 *
 * @param now ms since the epoch
 */
export function limitRecipient(
  state: LaneLimits,
  address: string,
  now: number,
  policy: SlowLanePolicy,
): { state: LaneLimits; isTooMany: boolean } {
  const windowMs = policy.windowSeconds * 1000
  const before = (state.recipients ?? []).filter(({ at }) => at > now - windowMs && at <= now)
  const [oldest] = before
  if (oldest && before.length >= policy.recipients && oldest.at > now - windowMs / 2)
    return { state, isTooMany: true }
  const others = before.filter((recipient) => recipient.address !== address)
  const recipients = [...others, { address, at: now }].slice(-policy.recipients)
  return { state: { recipients }, isTooMany: recipients.length >= policy.recipients }
}
