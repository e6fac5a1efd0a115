import type { Action, Suppression } from '@icloud-delivery/engine'
import type { Verdict } from '@icloud-delivery/rules'
import type { PreflightFinding } from './preflight.ts'

/**
 * Why a recipient did not get the message.
 *
 * - `ESUPPRESSED`: the recipient is suppressed, from before or by the reply that just came
 * - `ESOFTBOUNCE`: this message is given up and counted for the recipient
 * - `EREFUSED`: this message is given up; nothing is held against the recipient
 * - `EPREFLIGHT`: this message was not sent, for what was found in it before; see {@link Failure.findings}
 * - `EEXPIRED`: this message is given up because it is too old, or would be past its `deliverBy`
 * - `EHELD`: the stream, the domain, the IP address or Apple itself is paused; nothing goes out until `retryAt`
 * - `ERETRYEXHAUSTED`: it has to be tried again at `retryAt`, which is later than the time budget of this send
 */
export type IcloudErrorCode =
  | 'ESUPPRESSED'
  | 'ESOFTBOUNCE'
  | 'EREFUSED'
  | 'EPREFLIGHT'
  | 'EEXPIRED'
  | 'EHELD'
  | 'ERETRYEXHAUSTED'

/** What is known about the failure for one recipient. */
export interface Failure {
  /** An {@link IcloudErrorCode}, or the code that the inner transport gave. */
  code: string
  /** True if it is no use to send this message to this recipient again. */
  permanent: boolean
  recipient: string
  /** What the reply means. `null` if there was no reply that could be read. */
  verdict: Verdict | null
  /** The rule behind it; `null` if none. */
  rule: string | null
  /** What the engine decided. `null` if nothing was sent, or the reply was not Apple's to be judged. */
  action: Action | null
  /** ms since the epoch; `null` if there is no point in time to wait for. */
  retryAt: number | null
  suppression: Suppression | null
  /** True if the connection broke after the whole body was sent: the message may have arrived. */
  ambiguous: boolean
  /** With `EPREFLIGHT`: what was found, all of it. */
  findings?: readonly PreflightFinding[]
  /** The reply as it came, if there was one. Remote text: escape it where it is shown. */
  response?: string
  /** The code of that reply. Never made up. */
  responseCode?: number
  /** The SMTP command that was answered. */
  command?: string
}

/** Also known to another copy of this package in the same process. */
const brand = Symbol.for('nodemailer-icloud.error')

/** On the prototype, as the language's own errors have it: a name of its own would be copied with the fields. */
function nameErrors(type: { readonly name: string; readonly prototype: Error }): void {
  Object.defineProperty(type.prototype, 'name', { value: type.name, configurable: true, writable: true })
}

/** The failure for one recipient, as listed in `rejectedErrors`. */
export class RejectedError extends Error implements Failure {
  static {
    nameErrors(this)
  }

  declare code: string
  declare permanent: boolean
  declare recipient: string
  declare verdict: Verdict | null
  declare rule: string | null
  declare action: Action | null
  declare retryAt: number | null
  declare suppression: Suppression | null
  declare ambiguous: boolean
  declare findings?: readonly PreflightFinding[]
  declare response?: string
  declare responseCode?: number
  declare command?: string

  constructor(message: string, failure: Failure, options?: ErrorOptions) {
    super(message, options)
    Object.defineProperty(this, brand, { value: true })
    Object.assign(this, failure)
  }
}

/** What became of whom. */
export interface OutcomeLists {
  accepted: string[]
  pending: string[]
  rejected: string[]
  suppressed: string[]
  rejectedErrors: RejectedError[]
}

/** Nobody got the message. The fields of {@link Failure} are those of the most hopeful recipient. */
export class IcloudError extends RejectedError implements OutcomeLists {
  static {
    nameErrors(this)
  }

  declare code: IcloudErrorCode
  declare accepted: string[]
  declare pending: string[]
  declare rejected: string[]
  declare suppressed: string[]
  declare rejectedErrors: RejectedError[]

  constructor(first: RejectedError, lists: OutcomeLists) {
    const others = lists.rejected.length - 1
    super(others > 0 ? `${first.message} (and ${others} more)` : first.message, first, { cause: first.cause })
    Object.assign(this, lists)
  }
}

const codes: ReadonlySet<string> = new Set<IcloudErrorCode>([
  'ESUPPRESSED',
  'ESOFTBOUNCE',
  'EREFUSED',
  'EPREFLIGHT',
  'EEXPIRED',
  'EHELD',
  'ERETRYEXHAUSTED',
])

/** One of `rejectedErrors`, or what `sendMail` rejects with: that has the lists besides. */
type Rejection<C extends IcloudErrorCode> = RejectedError & Partial<OutcomeLists> & { code: C }

/** True for what `sendMail` rejects with, or lists in `rejectedErrors`, by a decision of this package. */
export function isIcloudError(error: unknown): error is Rejection<IcloudErrorCode> {
  return (
    typeof error === 'object' &&
    error !== null &&
    (error as { [key: symbol]: unknown })[brand] === true &&
    codes.has((error as RejectedError).code)
  )
}

function hasCode<C extends IcloudErrorCode>(error: unknown, code: C): error is Rejection<C> {
  return isIcloudError(error) && error.code === code
}

/** True if the recipient is suppressed: do not write to it again. */
export function isSuppressedError(error: unknown): error is Rejection<'ESUPPRESSED'> {
  return hasCode(error, 'ESUPPRESSED')
}

/** True if this message was given up and counted for the recipient, such as a full mailbox. */
export function isSoftBounceError(error: unknown): error is Rejection<'ESOFTBOUNCE'> {
  return hasCode(error, 'ESOFTBOUNCE')
}

/** True if this message was given up for a fault that is not the recipient's, such as a failed DMARC check. */
export function isRefusedError(error: unknown): error is Rejection<'EREFUSED'> {
  return hasCode(error, 'EREFUSED')
}

/** True if this message was not sent for what was found in it before: mend that, and send it again. */
export function isPreflightError(
  error: unknown,
): error is Rejection<'EPREFLIGHT'> & { findings: readonly PreflightFinding[] } {
  return hasCode(error, 'EPREFLIGHT')
}

/** True if this message was given up for its age, or because it would be past its `deliverBy`. */
export function isExpiredError(error: unknown): error is Rejection<'EEXPIRED'> {
  return hasCode(error, 'EEXPIRED')
}

/** True if the mail is held until `retryAt`. Without an outbox it is in no queue: send it again then. */
export function isHeldError(error: unknown): error is Rejection<'EHELD'> & { retryAt: number } {
  return hasCode(error, 'EHELD')
}

/** True if the time budget of the send ran out. Without an outbox it is in no queue: send it again at `retryAt`. */
export function isRetryExhaustedError(
  error: unknown,
): error is Rejection<'ERETRYEXHAUSTED'> & { retryAt: number } {
  return hasCode(error, 'ERETRYEXHAUSTED')
}
