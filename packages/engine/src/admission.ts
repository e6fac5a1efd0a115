import type { Hop } from './outcome.ts'
import type { HoldRef } from './action.ts'
import type { Suppression } from './suppression.ts'

/** A question before a send. */
export interface AdmitRequest {
  recipients: readonly string[]
  /** The envelope sender; empty for the null sender. */
  sender: string
  /** The kind of mail. Default `transactional`. */
  stream?: string
  /** Default `default`. */
  lane?: string
  /** On a `relay` hop only suppressions are looked up. Default `direct`. */
  hop?: Hop
  /** As in `record`. With it a probe is known for certain by its message. */
  messageId?: string
  /** When the message was first accepted, ms since the epoch. Without it `admit` never answers `expired`. */
  acceptedAt?: number
}

/** The answer for one recipient. */
export interface Admission {
  recipient: string
  /**
   * `send` now · `suppressed`: never · `held`: the scope is closed · `later`: this recipient is slowed down ·
   * `expired`: would have to wait, and is too old for it: give it up with 5.4.7. Only if `acceptedAt` was given.
   */
  decision: 'send' | 'suppressed' | 'held' | 'later' | 'expired'
  /** One line for a log: why. Holds no remote text. */
  reason: string
  /** The rule that led to it; `null` for `send` and for suppressions that no reply made. */
  rule: string | null
  /** ms since the epoch: when to ask again, for `held` and `later`. */
  retryAt: number | null
  suppression: Suppression | null
  hold: HoldRef | null
}
