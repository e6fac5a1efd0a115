import type { Phase, Verdict } from '@icloud-delivery/rules'
import type { Alert } from '../signals/alert.ts'
import type { Action, HoldRef } from '../record/action.ts'
import type { Late } from '../record/late.ts'
import { messageState } from '../state/recipient-state.ts'
import type { RecipientState, State, Way } from '../state/state.ts'
import type { Heard } from '../state/suppression.ts'

/** One attempt, as `decide` sees it. */
export interface Attempt extends Way {
  /** As the host wrote it. */
  recipient: string
  /** Folded: the key. */
  address: string
  messageId: string
  acceptedAt?: number | undefined
  /** When the message is of no use any more, ms since the epoch. */
  deliverBy?: number | undefined
  attempt?: number | undefined
  rulesVersion: string
  /** The incident at Apple that covers this reply, if one does: then it is retried and held against nobody. */
  incident?: string | undefined
  /** icloud.com, me.com and mac.com are one mailbox. Default false. */
  sameMailbox?: boolean
  /** Whether the MX of the recipient's domain is at Apple; `null` or left out if that is not known. */
  mxAtApple?: boolean | null
  /** Where in the session the reply came, if the host says so. */
  phase?: Phase | null | undefined
  /** What the reply was understood by. Kept as evidence; nothing is decided by it. */
  heard?: Heard | undefined
  /** Set if somebody else made the attempt and told of it later. */
  late?: Late | undefined
  /** 0 to 1, for jitter. */
  random: () => number
}

/** Something that happened to a scope or a recipient besides the message. */
export type Effect =
  | { type: 'held'; hold: HoldRef }
  | { type: 'released'; hold: HoldRef }
  /** Apple took the probe, which `isNew`, or what went after it: so many more may go now. */
  | { type: 'half-open'; hold: HoldRef; room: number; isNew: boolean }
  | { type: 'alert'; alert: Alert }
  /** Apple asked for less, or is in trouble: the lane gives half of what it gave. */
  | { type: 'slow'; lane: string; rule: string }
  /** Apple does not serve this domain of recipients: what is known of its MX may be out of date. */
  | { type: 'mx-doubtful'; domain: string; rule: string }

/** What `decide` makes of an attempt. */
export interface Decision {
  action: Action
  /** Parts that did not change are the same objects as in the state passed in. */
  nextState: State
  effects: readonly Effect[]
  /** Of mail to a seed: it counts for no lane and no incident. */
  uncounted?: true
}

/** Tries for this recipient and message, this one included. */
export function attemptsOf(state: RecipientState, attempt: Attempt): number {
  return (attempt.attempt ?? messageState(state, attempt.messageId)?.attempts ?? 0) + 1
}

/** An action that nothing comes with. */
export function plainAction<T extends Action['type'], V extends Verdict | null>(
  type: T,
  verdict: V,
  attempt: Attempt,
  attempts: number,
  reason: string,
): PlainAction<T, V> {
  return {
    type,
    recipient: attempt.recipient,
    verdict,
    retryAt: null,
    attempts,
    reason,
    suppression: null,
    expired: false,
    holds: [],
    durable: true,
  }
}

/** The part that all actions share, and nothing else. */
export interface PlainAction<T, V> {
  type: T
  recipient: string
  verdict: V
  retryAt: null
  attempts: number
  reason: string
  suppression: null
  expired: false
  holds: readonly HoldRef[]
  durable: true
}
