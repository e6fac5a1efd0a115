import type { Verdict } from '@icloud-delivery/rules'
import type { Suppression } from '../state/suppression.ts'

interface ActionBase {
  recipient: string
  /** `null` for `delivered` and `handed-over`, and where there was no reply. */
  verdict: Verdict | null
  /** Tries for this recipient and message so far, this one included. */
  attempts: number
  /** One line for a log: why. Holds no remote text. */
  reason: string
  /** ms since the epoch; for `retry` and `hold`. */
  retryAt: number | null
  /** For `suppress`. */
  suppression: Suppression | null
  /** True for a `fail` because the message is too old (5.4.7): what was said of it last is not why. */
  expired: boolean
  /** What was held, if this reply opened a hold. */
  holds: readonly HoldRef[]
  /**
   * Whether the outcome is safe: in the ledger, or in the buffer on this machine's disk. False: neither could be written,
   * and it is not remembered.
   */
  durable: boolean
  /**
   * Set if the ledger was out of reach: the outcome is in the buffer, and the action was decided without what is
   * remembered about the recipient. Once the ledger is back it counts as of the time when it happened.
   */
  buffered?: true
}

/** Apple has it. Or, `handed-over`: a relay has it; Apple's answer is not known. */
export interface AcceptedAction extends ActionBase {
  type: 'delivered' | 'handed-over'
  verdict: null
  retryAt: null
  suppression: null
  expired: false
}

/** `retry`: try again at `retryAt`. `hold`: keep the message; ask again at `retryAt`. */
export interface WaitAction extends ActionBase {
  type: 'retry' | 'hold'
  retryAt: number
  suppression: null
  expired: false
}

/** Give the message up; the recipient gets no more. */
export interface SuppressAction extends ActionBase {
  type: 'suppress'
  retryAt: null
  suppression: Suppression
  expired: false
}

/** Give the message up. `soft-bounce`: counted for the recipient. `fail`: nothing is held against the recipient. */
export interface GiveUpAction extends ActionBase {
  type: 'soft-bounce' | 'fail'
  retryAt: null
  suppression: null
}

/** Not Apple's doing: do what the host would do without us. The verdict may be Apple's, if another host quoted it. */
export interface PassAction extends ActionBase {
  type: 'pass'
  /** A report with this `late.id` was counted before, so this one was not. */
  duplicate?: true
  retryAt: null
  suppression: null
  expired: false
}

/** What the host has to do now with this message for this recipient. Look at `type`: it tells what the rest holds. */
export type Action = AcceptedAction | WaitAction | SuppressAction | GiveUpAction | PassAction

/** A scope behind which mail is held. */
export interface HoldRef {
  scope: 'sending-ip' | 'sending-domain' | 'stream' | 'campaign' | 'private-relay' | 'provider'
  /**
   * `sending-ip`: the lane. `stream`: `<lane>/<stream>`. `sending-domain`: the envelope domain, or
   * `<From domain>/<stream>/<submitter or lane>`. `campaign`: its name, or a message id in `<>`. `private-relay`: the
   * From domain, for recipients at Apple's private relay alone.
   */
  id: string
  /** It is open to engaged readers: those who wait are the others. In `waitedFor` and in answers of `admit` only. */
  engagedOnly?: true
}
