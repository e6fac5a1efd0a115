import type { InnerResult } from './inner-send.ts'
import type { EnvelopeLike, ErrorLike } from './nodemailer-shapes.ts'

/**
 * What one transaction says about one of its recipients.
 *
 * - `reply`: a server refused this recipient; the error holds its words
 * - `no-reply`: the transaction failed without a server's answer
 * - `unattributed`: a server refused the transaction, which had other recipients too
 */
export type Attribution =
  | { kind: 'delivered'; response: string | undefined }
  | { kind: 'pending' }
  | { kind: 'reply'; error: ErrorLike }
  | { kind: 'no-reply'; error: ErrorLike }
  | { kind: 'unattributed'; error: ErrorLike }

/**
 * Reads the result of a transaction for one recipient.
 *
 * @param alone it was the only one
 * @param envelope what the inner transport was given. Nodemailer notes the replies there as they come, and forgets them
 * where the server hangs up before the last one
 */
export function attribute(
  result: InnerResult,
  recipient: string,
  alone: boolean,
  envelope: EnvelopeLike | null,
): Attribution {
  const { error, info } = result
  const refusal =
    refusalOf((error ?? info).rejectedErrors, recipient) ??
    (error ? refusalOf(envelope?.['rejectedErrors'], recipient) : undefined)
  if (refusal)
    return hasReply(refusal) ? { kind: 'reply', error: refusal } : { kind: 'no-reply', error: refusal }
  if (error) {
    const answer = hasReply(error) ? error : notedError(envelope?.['mailError'])
    if (!answer) return { kind: 'no-reply', error }
    return { kind: alone ? 'reply' : 'unattributed', error: answer }
  }
  if (listed(info.pending, recipient)) return { kind: 'pending' }
  if (listed(info.rejected, recipient) && !listed(info.accepted, recipient)) {
    return { kind: 'no-reply', error: new Error('The transport rejected the recipient and gave no reason') }
  }
  return { kind: 'delivered', response: typeof info.response === 'string' ? info.response : undefined }
}

/** True if a server's words, or at least its code, came with the error. */
export function hasReply(error: ErrorLike): boolean {
  return (
    (typeof error.response === 'string' && error.response !== '') ||
    (typeof error.responseCode === 'number' && error.responseCode > 0)
  )
}

const connectionCodes: ReadonlySet<unknown> = new Set(['ECONNECTION', 'ESOCKET', 'ETIMEDOUT', 'EDNS'])

// Without a code before Nodemailer 10.
const poolGaveUp = 'Reached maximum number of retries after connection was closed'

/** True if the connection failed without a word, as opposed to something in this process. */
export function isConnectionFailure(error: ErrorLike): boolean {
  const isOfConnection = connectionCodes.has(
    error.code ?? (error.message === poolGaveUp ? 'ECONNECTION' : null),
  )
  return isOfConnection && !hasReply(error)
}

const brokenCodes: ReadonlySet<unknown> = new Set([
  ...connectionCodes,
  'ETLS',
  'EPROTOCOL',
  'EABORT',
  'ECONNRESET',
  'EPIPE',
])

/** True if the connection broke before the other side could say how it went. */
export function isBrokenOff(error: ErrorLike): boolean {
  return brokenCodes.has(error.code) || isConnectionFailure(error)
}

function refusalOf(errors: unknown, recipient: string): ErrorLike | undefined {
  if (!Array.isArray(errors)) return undefined
  return (errors as (ErrorLike | null)[]).find((error) => error?.recipient === recipient) ?? undefined
}

/** The refusal of MAIL FROM, if Nodemailer noted one. */
function notedError(noted: unknown): ErrorLike | undefined {
  if (typeof noted !== 'object' || noted === null) return undefined
  return hasReply(noted as ErrorLike) ? (noted as ErrorLike) : undefined
}

function listed(list: unknown, recipient: string): boolean {
  return Array.isArray(list) && (list as unknown[]).some((entry) => addressOf(entry) === recipient)
}

function addressOf(entry: unknown): unknown {
  return typeof entry === 'object' && entry !== null ? (entry as { address?: unknown }).address : entry
}
