import { domainOf, foldAddress, type MailboxOf } from './address.ts'
import { EngineError, found } from './errors.ts'
import type { AdmitRequest } from './admit/admission.ts'
import { outcomeKinds, type Hop, type RecordRequest, type Subject } from './record/outcome.ts'

/** The part of a {@link Subject} that several recipients share, with defaults filled in. */
export interface Route {
  /** `null` for the null sender. */
  senderDomain: string | null
  stream: string
  lane: string
  hop: Hop
  /** Of the From header; if that is not known, `senderDomain`. */
  fromDomain: string | null
  /** `null` if not known. */
  submitter: string | null
  /** `null` if it has no name: each message is a campaign. */
  campaign: string | null
  /** Whose content it is: the submitter, or else the sender's address without its `+detail`. */
  author: string
}

const longestName = 64
const longestMessageId = 200

/** Checks and completes the sender, stream, lane and hop of a request. Throws `EARGUMENT` for wrong types. */
export function routeOf(request: Omit<Subject, 'recipient'>, call: string): Route {
  const hop = request.hop ?? 'direct'
  if (hop !== 'direct' && hop !== 'relay') throw argument(call, 'hop', "'direct' or 'relay'", hop)
  if (typeof request.sender !== 'string') {
    throw argument(call, 'sender', 'a string, empty for the null sender', request.sender)
  }
  const senderDomain = request.sender === '' ? null : domainOf(request.sender)
  const submitter = nameOf(request.submitter, '', call, 'submitter') || null
  return {
    senderDomain,
    stream: nameOf(request.stream, 'transactional', call, 'stream'),
    lane: nameOf(request.lane, 'default', call, 'lane'),
    hop,
    fromDomain: fromDomainOf(request.from, call) ?? senderDomain,
    submitter,
    campaign: nameOf(request.campaign, '', call, 'campaign') || null,
    author: submitter ?? withoutDetail(request.sender),
  }
}

/** `null` if there is none that could be read: a header may hold anything. */
function fromDomainOf(from: unknown, call: string): string | null {
  if (from === undefined || from === '') return null
  if (typeof from !== 'string') throw argument(call, 'from', 'a string', from)
  const address = from.endsWith('>') ? from.slice(from.lastIndexOf('<') + 1, -1) : from
  return domainOf(address.includes('@') ? address : `from@${address}`)
}

/** Lists and bounce handlers give each message a sender of its own: `news+1234@example.com`. */
function withoutDetail(sender: string): string {
  const folded = foldAddress(sender) ?? '<>'
  const at = folded.lastIndexOf('@')
  const plus = folded.indexOf('+')
  return plus > 0 && plus < at ? folded.slice(0, plus) + folded.slice(at) : folded
}

/** Throws `EARGUMENT` if `request` cannot be an {@link AdmitRequest}. */
export function checkAdmit(request: AdmitRequest): void {
  if (typeof request !== 'object' || request === null)
    throw argument('admit', 'the request', 'an object', request)
  checkRecipients('admit', request.recipients)
  checkTime('admit', 'acceptedAt', request.acceptedAt)
  checkTime('admit', 'deliverBy', request.deliverBy)
}

/** Throws `EARGUMENT` for anything but an array of strings. */
export function checkRecipients(call: string, recipients: unknown): void {
  if (!Array.isArray(recipients)) throw argument(call, 'recipients', 'an array of strings', recipients)
  for (const recipient of recipients as unknown[]) {
    if (typeof recipient !== 'string') throw argument(call, 'recipients', 'strings', recipient)
  }
}

/** Throws `EARGUMENT` if `request` cannot be a {@link RecordRequest}. */
export function checkRecord(request: RecordRequest): void {
  if (typeof request !== 'object' || request === null)
    throw argument('record', 'the request', 'an object', request)
  if (typeof request.recipient !== 'string')
    throw argument('record', 'recipient', 'a string', request.recipient)
  if (typeof request.messageId !== 'string')
    throw argument('record', 'messageId', 'a string', request.messageId)
  const kind: unknown = (request.outcome as { kind?: unknown } | null | undefined)?.kind
  if (!outcomeKinds.includes(kind as RecordRequest['outcome']['kind']))
    throw argument('record', 'outcome.kind', `one of ${outcomeKinds.join(', ')}`, kind)
  checkTime('record', 'acceptedAt', request.acceptedAt)
  checkTime('record', 'deliverBy', request.deliverBy)
  if (request.attempt !== undefined && !(Number.isInteger(request.attempt) && request.attempt >= 0)) {
    throw argument('record', 'attempt', 'a whole number, 0 or more', request.attempt)
  }
}

/**
 * The address as `mailboxOf` remembers it; throws `EARGUMENT` for what is none. For calls made by a person or program, not
 * by mail.
 */
export function requireAddress(mailboxOf: MailboxOf, recipient: unknown, call: string): string {
  const folded = typeof recipient === 'string' ? mailboxOf(recipient) : null
  if (folded === null) throw argument(call, 'recipient', 'an address such as anna@icloud.com', recipient)
  return folded
}

/**
 * A stream or lane as it stands in a key. Names may come from a message header, so an odd one is mended instead of
 * refused: what is not a letter, digit or one of `. _ : @ + -` becomes `_`, and it is cut at 64 characters.
 */
export function nameOf(name: unknown, otherwise: string, call: string, option: string): string {
  if (name === undefined || name === '') return otherwise
  if (typeof name !== 'string') throw argument(call, option, 'a string', name)
  return mended(name.slice(0, longestName))
}

/** With `_` in place of what has no place in a key or a line of a log. */
export function mended(name: string): string {
  return name.replace(/[^\w.:@+-]/g, '_')
}

/** A message id as it is remembered: at most 200 characters. */
export function messageKey(messageId: string): string {
  return messageId.slice(0, longestMessageId)
}

/** An `EARGUMENT` error. */
export function argument(call: string, what: string, expected: string, value: unknown): EngineError {
  return new EngineError('EARGUMENT', `${call}: ${what} must be ${expected}, found ${found(value)}`)
}

/** Throws `EARGUMENT` for what is given and no time. */
export function checkTime(call: string, what: string, value: unknown): void {
  if (value !== undefined && !(typeof value === 'number' && Number.isFinite(value))) {
    throw argument(call, what, 'milliseconds since the epoch', value)
  }
}
