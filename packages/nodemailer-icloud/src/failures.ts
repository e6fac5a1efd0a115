import type { Action, Admission, Suppression } from '@icloud-delivery/engine'
import { classify, type Verdict } from '@icloud-delivery/rules'
import { isConnectionFailure } from './attribution.ts'
import { RejectedError, type Failure, type IcloudErrorCode } from './errors.ts'
import type { ErrorLike } from './nodemailer-shapes.ts'
import type { PreflightFinding } from './preflight.ts'

/** The failure of a recipient that was not even tried. `before`: how its last try in this send ended. */
export function admissionFailure(admission: Admission, before: RejectedError | null): RejectedError {
  const { recipient, retryAt, suppression } = admission
  const code = admissionCode(admission)
  const verdict = before?.verdict ?? storedVerdict(suppression)
  return new RejectedError(message(code, recipient, admission.reason, retryAt), {
    code,
    permanent: isFinal(code),
    recipient,
    verdict,
    rule: admission.rule ?? verdict?.rule ?? null,
    action: before?.action ?? null,
    retryAt,
    suppression,
    ambiguous: false,
    ...replyOf(before),
  })
}

function admissionCode({ decision }: Admission): IcloudErrorCode {
  switch (decision) {
    case 'suppressed':
      return 'ESUPPRESSED'
    case 'expired':
      return 'EEXPIRED'
    case 'held':
      return 'EHELD'
    case 'later':
    case 'send':
      return 'ERETRYEXHAUSTED'
  }
}

/** The failure of a recipient who was not tried because there is no way to Apple at the moment. */
export function noWayFailure(
  code: 'EHELD' | 'ERETRYEXHAUSTED',
  { recipient, why, retryAt }: { recipient: string; why: string; retryAt: number },
  before: RejectedError | null,
): RejectedError {
  return new RejectedError(message(code, recipient, `not sent: ${why}`, retryAt), {
    code,
    permanent: false,
    recipient,
    verdict: before?.verdict ?? null,
    rule: before?.rule ?? null,
    action: before?.action ?? null,
    retryAt,
    suppression: null,
    ambiguous: false,
    ...replyOf(before),
  })
}

/** The failure of a recipient that could be tried again only when the message is of no use any more. */
export function expiredFailure(
  recipient: string,
  deliverBy: number,
  before: RejectedError | null,
): RejectedError {
  const last = before === null ? '' : `; ${before.rule ?? before.code} came before`
  const reason = `it was of use until ${isoTime(deliverBy)}${last}`
  return new RejectedError(message('EEXPIRED', recipient, reason, null), {
    code: 'EEXPIRED',
    permanent: true,
    recipient,
    verdict: before?.verdict ?? null,
    rule: before?.rule ?? null,
    action: before?.action ?? null,
    retryAt: null,
    suppression: null,
    ambiguous: before?.ambiguous ?? false,
    ...replyOf(before),
  })
}

/** The failure of a recipient at Apple whose mail was refused before it was sent. */
export function preflightFailure(recipient: string, findings: readonly PreflightFinding[]): RejectedError {
  const [first, ...others] = errorsIn(findings)
  const more = others.length > 0 ? ` (and ${others.length} more)` : ''
  const reason = `not sent: ${first?.title} (${first?.code}, ${first?.where}: ${first?.evidence})${more}`
  return new RejectedError(`${recipient}: ${reason}. ${first?.fix}`, {
    code: 'EPREFLIGHT',
    permanent: true,
    recipient,
    verdict: null,
    rule: first?.risks[0] ?? null,
    action: null,
    retryAt: null,
    suppression: null,
    ambiguous: false,
    findings,
  })
}

/** What a mail is refused for. */
export function errorsIn(findings: readonly PreflightFinding[]): PreflightFinding[] {
  return findings.filter(({ severity }) => severity === 'error')
}

/** The failure that an action of the engine asks for; `null` for actions that are none, and for `pass`. */
export function actionFailure(action: Action, recipient: string, error: ErrorLike): RejectedError | null {
  const code = codeOf(action)
  if (code === null) return null
  const failure: Failure = {
    code,
    permanent: isFinal(code),
    recipient,
    verdict: action.verdict,
    rule: action.verdict?.rule ?? null,
    action,
    retryAt: action.retryAt,
    suppression: action.suppression,
    ambiguous: false,
    ...replyOf(error),
  }
  const reason = isConnectionFailure(error) ? connectionFailed(error) : action.reason
  return new RejectedError(message(code, recipient, reason, action.retryAt), failure, { cause: error })
}

function isFinal(code: IcloudErrorCode): boolean {
  return code !== 'EHELD' && code !== 'ERETRYEXHAUSTED'
}

function codeOf(action: Action): IcloudErrorCode | null {
  switch (action.type) {
    case 'suppress':
      return 'ESUPPRESSED'
    case 'soft-bounce':
      return 'ESOFTBOUNCE'
    case 'fail':
      return action.expired ? 'EEXPIRED' : 'EREFUSED'
    case 'hold':
      return 'EHELD'
    case 'retry':
      return 'ERETRYEXHAUSTED'
    case 'delivered':
    case 'handed-over':
    case 'pass':
      return null
  }
}

/** A failure that the engine has no say in: the inner transport's error, for one recipient. */
export function innerFailure(
  error: ErrorLike,
  recipient: string,
  known: { verdict?: Verdict | null; action?: Action | null; ambiguous?: boolean } = {},
): RejectedError {
  const { verdict = null, action = null, ambiguous = false } = known
  const failure: Failure = {
    code: error.code ?? 'EUNKNOWN',
    permanent: isPermanent(error),
    recipient,
    verdict,
    rule: verdict?.rule ?? null,
    action,
    retryAt: action?.retryAt ?? null,
    suppression: null,
    ambiguous,
    ...replyOf(error),
  }
  return new RejectedError(innerMessage(error, recipient, ambiguous), failure, { cause: error })
}

function innerMessage(error: ErrorLike, recipient: string, ambiguous: boolean): string {
  if (!isConnectionFailure(error)) return error.message
  const left = ambiguous
    ? 'The message was sent whole and may have arrived.'
    : 'Send it again later, unless it is in an outbox.'
  return `${recipient}: ${connectionFailed(error)}. ${left}`
}

function connectionFailed(error: ErrorLike): string {
  return `the connection failed before a reply came (${error.message})`
}

/** As Nodemailer 10 has it: every 5xx but 503, which is about the session and not the message. */
function isPermanent(error: ErrorLike): boolean {
  if (typeof error.permanent === 'boolean') return error.permanent
  const code = error.responseCode
  return typeof code === 'number' && code >= 500 && code < 600 && code !== 503
}

function replyOf(error: Pick<ErrorLike, 'response' | 'responseCode' | 'command'> | null): Partial<Failure> {
  const reply: Partial<Failure> = {}
  if (error?.response !== undefined) reply.response = error.response
  if (error?.responseCode !== undefined) reply.responseCode = error.responseCode
  if (error?.command !== undefined) reply.command = error.command
  return reply
}

/** What the reply behind a suppression meant, if today's rules still read it so. */
function storedVerdict(suppression: Suppression | null): Verdict | null {
  if (suppression?.origin !== 'reply' || suppression.reply === null) return null
  const verdict = classify(suppression.reply, {
    recipient: suppression.recipient,
    mx: 'mx01.mail.icloud.com',
  })
  return verdict.rule === suppression.rule ? verdict : null
}

function message(code: IcloudErrorCode, recipient: string, reason: string, retryAt: number | null): string {
  return `${recipient}: ${reason}. ${advice(code, retryAt)}`
}

function advice(code: IcloudErrorCode, retryAt: number | null): string {
  switch (code) {
    case 'ESUPPRESSED':
      return 'Do not write to this address again, or release it if you know better.'
    case 'ESOFTBOUNCE':
      return 'This message is given up; a later one may be sent.'
    case 'EPREFLIGHT':
    case 'EREFUSED':
      return 'Mend the cause before the next message; the recipient is not at fault.'
    case 'EEXPIRED':
      return 'This message is given up; it would arrive too late.'
    case 'EHELD':
    case 'ERETRYEXHAUSTED':
      return retryAt === null
        ? 'Send it again later, unless it is in an outbox.'
        : `Send it again at ${isoTime(retryAt)}, unless it is in an outbox.`
  }
}

function isoTime(ms: number): string {
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : String(ms)
}
