import { domainOf, type MailboxOf } from './address.ts'
import { EngineError, found } from './errors.ts'
import type { AdmitRequest } from './admit/admission.ts'
import type { Hop, RecordRequest, Subject } from './record/outcome.ts'

/** The part of a {@link Subject} that several recipients share, with defaults filled in. */
export interface Route {
  /** `null` for the null sender. */
  senderDomain: string | null
  stream: string
  lane: string
  hop: Hop
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
  return {
    senderDomain: request.sender === '' ? null : domainOf(request.sender),
    stream: nameOf(request.stream, 'transactional', call, 'stream'),
    lane: nameOf(request.lane, 'default', call, 'lane'),
    hop,
  }
}

/** Throws `EARGUMENT` if `request` cannot be an {@link AdmitRequest}. */
export function checkAdmit(request: AdmitRequest): void {
  if (typeof request !== 'object' || request === null)
    throw argument('admit', 'the request', 'an object', request)
  if (!Array.isArray(request.recipients))
    throw argument('admit', 'recipients', 'an array of strings', request.recipients)
  for (const recipient of request.recipients as unknown[]) {
    if (typeof recipient !== 'string') throw argument('admit', 'recipients', 'strings', recipient)
  }
  checkTime('admit', 'acceptedAt', request.acceptedAt)
  checkTime('admit', 'deliverBy', request.deliverBy)
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
  if (kind !== 'delivered' && kind !== 'reply' && kind !== 'no-reply') {
    throw argument('record', 'outcome.kind', "'delivered', 'reply' or 'no-reply'", kind)
  }
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
  return name.slice(0, longestName).replace(/[^\w.:@+-]/g, '_')
}

/** A message id as it is remembered: at most 200 characters. */
export function messageKey(messageId: string): string {
  return messageId.slice(0, longestMessageId)
}

/** An `EARGUMENT` error. */
export function argument(call: string, what: string, expected: string, value: unknown): EngineError {
  return new EngineError('EARGUMENT', `${call}: ${what} must be ${expected}, found ${found(value)}`)
}

function checkTime(call: string, what: string, value: unknown): void {
  if (value !== undefined && !(typeof value === 'number' && Number.isFinite(value))) {
    throw argument(call, what, 'milliseconds since the epoch', value)
  }
}
