import type { Hop } from '../record/outcome.ts'
import type { HoldRef } from '../record/action.ts'
import type { Suppression } from '../state/suppression.ts'

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
  /** As in `record`. */
  campaign?: string
  /** As in `record`. */
  from?: string
  /** As in `record`. */
  submitter?: string
  /** As in `record`. With it a probe is a whole message, with all its recipients; without it one recipient. */
  messageId?: string
  /** When the message was first accepted, ms since the epoch. Without it `admit` never answers `expired`. */
  acceptedAt?: number
  /** When it is of no use any more, ms since the epoch; shortens the age that the policy allows. */
  deliverBy?: number
}

interface AdmissionBase {
  recipient: string
  /** One line for a log: why. Holds no remote text. */
  reason: string
  /** The rule that led to it; `null` for `send`, for suppressions that no reply made, and without a ledger. */
  rule: string | null
  /** ms since the epoch: when to ask again, for `held` and `later`. */
  retryAt: number | null
  /** For `suppressed`. */
  suppression: Suppression | null
  /**
   * What is waited for: `waitedFor` lists it until it is over, and `release` ends it. `null` if it is the ledger, or a time
   * of this recipient's own.
   */
  hold: HoldRef | null
}

/** Send it now. */
export interface SendAdmission extends AdmissionBase {
  decision: 'send'
  /**
   * Only if it is not the lane that you asked for: send it over this one, and name it in `enter` and `record`. Apple blocks
   * the IP of the other.
   */
  lane?: string
  rule: null
  retryAt: null
  suppression: null
  hold: null
}

/** Never send it. */
export interface SuppressedAdmission extends AdmissionBase {
  decision: 'suppressed'
  retryAt: null
  suppression: Suppression
  hold: null
}

/**
 * `held`: the scope is closed. `later`: this recipient is slowed down, quarantined, or its mailbox is full for weeks. Ask
 * again at `retryAt`.
 */
export interface WaitAdmission extends AdmissionBase {
  decision: 'held' | 'later'
  retryAt: number
  suppression: null
}

/**
 * It would have to wait longer than its age allows, or its `deliverBy` is past: give it up with 5.4.7. Only if `acceptedAt`
 * or `deliverBy` was given.
 */
export interface ExpiredAdmission extends AdmissionBase {
  decision: 'expired'
  retryAt: null
  suppression: null
  hold: null
}

/** The answer for one recipient. Look at `decision`: it tells what the rest holds. */
export type Admission = SendAdmission | SuppressedAdmission | WaitAdmission | ExpiredAdmission
