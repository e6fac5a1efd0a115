import { createHash } from 'node:crypto'
import type { MailboxOf } from '../../address.ts'

/** What is stored under `canary/<campaign>`. */
export interface CanaryState {
  size: number
  waitSeconds: number
  maxBad: number
  maxRecipientFaults: number
  /** ms since the epoch. */
  declaredAt: number
  /** When the first recipient was let go, ms since the epoch. */
  firstAt?: number
  /** Who was let go, as digests; the place in here is what replies are counted by. Gone with the verdict. */
  seats?: readonly string[]
  verdict?: CanaryVerdict
}

/** How it ended. */
export interface CanaryVerdict {
  /** `go`: the rest goes. `stop`: it is held until somebody releases the campaign. */
  type: 'go' | 'stop'
  /** ms since the epoch. */
  at: number
  /** With numbers. Holds no remote text. */
  reason: string
  /** What was counted until then. */
  replies: CanaryReplies
}

/** Recipients, by what Apple said of them. Whoever was refused for a reason of the sender's counts for that alone. */
export interface CanaryReplies {
  good: number
  /** Refused for a reason that is not the recipient's. */
  bad: number
  recipientFaults: number
  /** The rule that came most often among the bad, or else among the recipients' faults; `null` without any. */
  rule: string | null
}

/** What entries of canaries begin with. */
export const canaryPrefix = 'canary/'

/** The ledger key of a campaign's canary, and the group of its replies. */
export function canaryKey(campaign: string): string {
  return canaryPrefix + campaign
}

/**
 * A recipient of a campaign; `null` for what is no address. Short, as a thousand of them are in one entry: a rare mix-up
 * lets one recipient more go.
 */
export function seatOf(mailboxOf: MailboxOf, campaign: string, recipient: string): string | null {
  const address = mailboxOf(recipient)
  if (address === null) return null
  return createHash('sha256').update(`${campaign}\n${address}`).digest('base64url').slice(0, 8)
}

/** When the first ones must have answered, ms since the epoch; `null` before the first one was let go. */
export function deadlineOf({ firstAt, waitSeconds }: CanaryState): number | null {
  return firstAt === undefined ? null : firstAt + waitSeconds * 1000
}

/** When the first recipient was let go, or else when it was declared; ms since the epoch. */
export function startedAt({ firstAt, declaredAt }: CanaryState): number {
  return firstAt ?? declaredAt
}

/** When those who wait ask again, ms since the epoch: soon after the verdict, and not so often that a million ask all the time. */
export function nextAskAt(state: CanaryState, now: number): number {
  const { verdict, waitSeconds } = state
  if (verdict !== undefined) return now + waitSeconds * 1000
  return Math.min(now + waitSeconds * 100, deadlineOf(state) ?? Infinity)
}

/** The state with its verdict. Nobody asks for the seats any more. */
export function withVerdict(state: CanaryState, verdict: CanaryVerdict): CanaryState {
  const { seats, ...rest } = state
  return seats === undefined ? { ...state, verdict } : { ...rest, verdict }
}
