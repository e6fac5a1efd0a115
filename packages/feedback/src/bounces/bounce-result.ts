import type { Action } from '@icloud-delivery/engine'
import type { Verdict } from '@icloud-delivery/rules'
import type { LateStatus } from '../recorder/late-result.ts'

/**
 * What became of what a bounce says about one recipient: one of {@link LateStatus}, or
 *
 * | status | what it means |
 * |---|---|
 * | `unsigned` | it came to no signed return path, and from no relay of yours: listed, not acted on |
 * | `forged` | the return path that it came to was made up or changed |
 * | `other-key` | it was signed with a key that is not among those given |
 * | `expired` | it came after the time for which it was signed |
 * | `unmatched` | it came to a signed return path, and nobody named in it is the one that was signed for |
 * | `delayed` | the message is still on its way |
 * | `not-a-bounce` | an answer, an out-of-office note, a report of success or any other mail |
 * | `unreadable` | it cannot be read, or is no mail; the others go on |
 */
export type BounceStatus =
  | LateStatus
  | 'unsigned'
  | 'forged'
  | 'other-key'
  | 'expired'
  | 'unmatched'
  | 'delayed'
  | 'not-a-bounce'
  | 'unreadable'

/** One line of what was read: a bounce gives one for each recipient, any other message one. */
export interface BounceResult {
  /** Which message: the name of the file, the place in the mbox, the UID. */
  source: string
  status: BounceStatus
  /** Whom it is about: the recipient that was signed for, else the one that the bounce names. Remote text. */
  recipient: string | null
  /** Of the message that could not be delivered. Remote text. */
  messageId: string | null
  /** The diagnostic, at most 1,000 characters. Remote text. */
  reply: string | null
  /** The host that gave it, if it is known. Remote text. */
  host: string | null
  /** What the reply means. Acted on only if `status` is `recorded`. */
  verdict: Verdict | null
  /** What the engine made of it. */
  action: Action | null
  /** Who vouches for it: see `LateReply.trust`; `null` for what is listed only. */
  trust: 'recipient' | 'all' | null
  /** One line, why. Holds no remote text, but for what was wrong with an unreadable one. */
  reason: string
}
