import type { Verdict } from '@icloud-delivery/rules'
import type { Suppression } from './suppression.ts'

/** What the host has to do now with this message for this recipient. */
export interface Action {
  /**
   * - `delivered`: Apple has it
   * - `handed-over`: a relay has it; Apple's answer is not known
   * - `retry`: try again at `retryAt`
   * - `soft-bounce`: give the message up; counted for the recipient
   * - `suppress`: give the message up; the recipient gets no more
   * - `fail`: give the message up; nothing is held against the recipient
   * - `hold`: keep the message; ask again at `retryAt`
   * - `pass`: not Apple's reply; do what the host would do without us
   */
  type: 'delivered' | 'handed-over' | 'retry' | 'soft-bounce' | 'suppress' | 'fail' | 'hold' | 'pass'
  recipient: string
  /** `null` for `delivered` and `handed-over`. */
  verdict: Verdict | null
  /** ms since the epoch; for `retry` and `hold`. */
  retryAt: number | null
  /** Tries for this recipient and message so far, this one included. */
  attempts: number
  /** One line for a log: why. Holds no remote text. */
  reason: string
  /** For `suppress`. */
  suppression: Suppression | null
  /** What was held, if this reply opened a hold. */
  holds: readonly HoldRef[]
  /** False if the ledger could not be written: the outcome is not remembered. */
  durable: boolean
}

/** A scope behind which mail is held. */
export interface HoldRef {
  scope: 'sending-ip' | 'sending-domain' | 'stream' | 'provider'
  /** The lane, domain or stream. */
  id: string
}
