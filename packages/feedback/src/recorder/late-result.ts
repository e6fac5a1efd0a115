import type { Action } from '@icloud-delivery/engine'

/**
 * What became of a {@link LateReply}:
 *
 * | status | what it means |
 * |---|---|
 * | `recorded` | it counts |
 * | `duplicate` | the same `id` counted before |
 * | `listed` | nobody can vouch for it (`trust: 'none'`): nothing is remembered, and what is known better later counts |
 * | `not-apple` | somebody else's reply, or no host is named and no rule knows the words: nothing is remembered |
 * | `outdated` | Apple's, but Apple has taken mail for the recipient or somebody released it since, or it is more than a year old: nothing counts |
 * | `invalid` | it has no address, or is no report: `reason` says what is wrong |
 * | `failed` | it could not be remembered: tell it again later. The buffer takes replies while the ledger is down, no complaint or unsubscribe |
 */
export type LateStatus = 'recorded' | 'duplicate' | 'listed' | 'not-apple' | 'outdated' | 'invalid' | 'failed'

/** Answer of {@link Feedback.record}. */
export interface LateResult {
  status: LateStatus
  /** As it was given. Remote text. */
  recipient: string
  messageId: string | null
  /** What the engine made of it; `null` for complaints, unsubscribes and what did not get that far. */
  action: Action | null
  /** One line, why. Holds no remote text. */
  reason: string
}
