import type { RejectedError } from '../../errors.ts'
import type { Settled, TryAgain } from '../../settled.ts'
import type { OutboxOutcome, OutboxRecipient } from '../entry.ts'
import { backOff } from './back-off.ts'

/** What follows from a try: the end, or another one later. */
export type NextStep = { outcome: OutboxOutcome } | { waits: OutboxRecipient }

/** What {@link nextStep} has to know besides. */
export interface StepContext {
  now: number
  /** ms since the epoch: too old from then on. */
  expiresAt: number
  /** ms since the epoch: of no use from then on; `null` if it was not said. */
  deliverBy: number | null
  /** Try again where the connection broke after the whole body. */
  retryAmbiguous: boolean
  random: () => number
}

const decided: ReadonlySet<string> = new Set(['ESUPPRESSED', 'ESOFTBOUNCE', 'EREFUSED', 'EEXPIRED'])
/** What is wrong with the session, such as a password that was changed, is no fault of the message. */
const sessionCodes: ReadonlySet<string> = new Set([
  'EAUTH',
  'ENOAUTH',
  'EOAUTH2',
  'ECONFIG',
  'EPROXY',
  'ETLS',
  'EDNS',
  'ECONNECTION',
  'ESOCKET',
  'ETIMEDOUT',
  'EPROTOCOL',
  'ECONNRESET',
  'EPIPE',
  'EABORT',
])
/** So does a server say that it wants to know first who sends, or wants it encrypted (RFC 4954). */
const sessionReplies: ReadonlySet<number | undefined> = new Set([530, 534, 535, 538])
const longestMessage = 500

/** Makes of the end of one try what happens to the recipient next. Pure. */
export function nextStep(
  recipient: OutboxRecipient,
  result: Settled | TryAgain,
  { now, expiresAt, deliverBy, retryAmbiguous, random }: StepContext,
): NextStep {
  if (result.state !== 'again' && result.state !== 'rejected') {
    const { address, tries } = recipient
    const nothing = { code: null, rule: null, verdict: null, message: '', ambiguous: false }
    return { outcome: { recipient: address, state: 'delivered', ...nothing, tries: tries + 1, at: now } }
  }
  const { failure } = result
  // What was not even tried is no try.
  const tries = recipient.tries + (result.state === 'again' && result.error === null ? 0 : 1)
  const isShared = result.state === 'rejected' && result.isShared === true
  if (!isShared && isFinal(result.state, failure, retryAmbiguous))
    return { outcome: undelivered(failure, failure.code, tries, now) }
  const backAt = isShared && failure.permanent ? now : now + backOff(tries, random)
  const nextAt = result.state === 'again' ? result.retryAt : (failure.retryAt ?? backAt)
  // The engine itself says when a message is too old; of what it has no say in, this is the last word.
  const isOurs = result.state !== 'again'
  // Who waits for a message that will be late has to know it now.
  const isTooLate = deliverBy !== null && nextAt >= deliverBy
  if (now >= expiresAt || isTooLate || (isOurs && nextAt >= expiresAt))
    return { outcome: undelivered(failure, 'EEXPIRED', tries, now) }
  const { code, rule, message } = failure
  const last = { code, rule, message: message.slice(0, longestMessage) }
  const alone = isShared || recipient.isAlone ? { isAlone: true as const } : {}
  const hold = result.state === 'again' && result.isHeld ? { hold: result.behind ?? null } : {}
  return { waits: { address: recipient.address, tries, nextAt, last, ...hold, ...alone } }
}

function isFinal(state: 'again' | 'rejected', failure: RejectedError, retryAmbiguous: boolean): boolean {
  if (state === 'again') return false
  const { code, permanent, ambiguous, responseCode } = failure
  if (decided.has(code)) return true
  if (ambiguous && !retryAmbiguous) return true
  return permanent && !sessionCodes.has(code) && !sessionReplies.has(responseCode)
}

function undelivered(failure: RejectedError, code: string, tries: number, at: number): OutboxOutcome {
  const { recipient, rule, verdict, message, ambiguous } = failure
  return {
    recipient,
    state: 'undelivered',
    code,
    rule,
    verdict: verdict?.toJSON() ?? null,
    message: message.slice(0, longestMessage),
    ambiguous,
    tries,
    at,
  }
}
