import type { Admission } from '../../admit/admission.ts'
import { admitCanary } from '../../signals/canary/admit-canary.ts'
import { admit } from '../../admit/admit.ts'
import { CanaryBook } from '../../signals/canary/canary-book.ts'
import { isClosed } from '../../decide/decide-hold.ts'
import { holdOf } from '../by-hand.ts'
import type { AddressRecord, Hold } from '../../engine.ts'
import type { Parts } from '../../engine-core.ts'
import type { StoredEvent } from '../../ledger/ledger.ts'
import { isAtPrivateRelay } from '../../address.ts'
import { onlyOptions } from '../../only-options.ts'
import { passedBy } from '../../read-passage.ts'
import { reasonsOf, type Reason } from './reasons.ts'
import { rehearsal } from './rehearsal.ts'
import { recipientKey, type MessageState, type RecipientState, type ScopeState } from '../../state/state.ts'
import { argument, messageKey } from '../../subject.ts'
import type { AdmitRequest } from '../../admit/admission.ts'

/** What {@link Engine.whyNot} may be told besides: how the mail goes that does not arrive. */
export interface WhyNotOptions extends Partial<Omit<AdmitRequest, 'recipients'>> {
  /** Lines of the event log, the newest. 0 to 1,000. Default 20. */
  events?: number
}

/** Everything that is known about an address, and what it comes to. */
export interface WhyNot extends AddressRecord {
  /** What stands in the way, and what can be done about it; the most important first. Never empty. */
  reasons: readonly Reason[]
  /** What `admit` would answer now; `null` if neither sender, stream, lane nor campaign was given. */
  admission: Admission | null
  /** What is held on the way of that mail. */
  holds: readonly Hold[]
  /** Apple slows this recipient down, ms since the epoch; `null` if it does not. */
  deferred: { until: number; rule: string } | null
  /** Messages on their way that met a temporary refusal, 32 at most. */
  messages: readonly MessageState[]
  /** What happened to it lately, newest first. Remote text stands in `data.reply` and `data.error`. */
  events: readonly StoredEvent[]
}

const names: readonly string[] = [
  'events',
  'sender',
  'stream',
  'lane',
  'hop',
  'campaign',
  'from',
  'submitter',
  'messageId',
  'acceptedAt',
  'deliverBy',
] satisfies (keyof WhyNotOptions)[]

/** Answers {@link Engine.whyNot}. `record` is what is known of `address`, which may be remembered under another name. */
export async function whyNot(
  parts: Parts,
  address: string,
  record: AddressRecord,
  options: WhyNotOptions,
): Promise<WhyNot> {
  if (typeof options !== 'object' || options === null)
    throw argument('whyNot', 'the options', 'an object', options)
  onlyOptions('whyNot', options, names)
  const { events: limit = 20, ...given } = options
  if (!Number.isInteger(limit) || limit < 0 || limit > 1000)
    throw argument('whyNot', 'events', 'a whole number from 0 to 1000', limit)

  const { recipient } = record
  const isAsked = [given.sender, given.stream, given.lane, given.campaign].some((name) => name !== undefined)
  const request: AdmitRequest = { ...given, sender: given.sender ?? '', recipients: [address] }
  const [entry] = await parts.ledger.read([recipientKey(recipient)])
  const state = (entry?.value ?? {}) as RecipientState
  const events = limit === 0 ? [] : await parts.ledger.events({ subject: recipient, limit })
  const known = {
    ...record,
    admission: isAsked ? await ask(parts, request) : null,
    holds: isAsked ? await holdsOnTheWay(parts, request) : [],
    deferred: state.deferred && parts.clock() < state.deferred.until ? state.deferred : null,
    messages: state.messages ?? [],
    events,
  }
  return { ...known, reasons: reasonsOf(known, request, parts.clock(), parts.policy) }
}

/** As `admit` would answer, and nothing is taken: no probe, no place in a canary. */
async function ask(parts: Parts, request: AdmitRequest): Promise<Admission | null> {
  const stage = rehearsal(parts)
  const [admission = null] =
    request.campaign === undefined
      ? await admit(stage, request)
      : await admitCanary(stage, new CanaryBook(stage), request)
  return admission
}

async function holdsOnTheWay(parts: Parts, request: AdmitRequest): Promise<Hold[]> {
  const [recipient = ''] = request.recipients
  const passage = parts.passages.of(request, 'whyNot')
  const messageId = request.messageId === undefined ? null : messageKey(request.messageId)
  const { scopeKeys } = passedBy(passage, isAtPrivateRelay(recipient), messageId)
  const now = parts.clock()
  const entries = await parts.ledger.read(scopeKeys)
  return scopeKeys.flatMap((key, index) => {
    const { hold } = (entries[index]?.value ?? {}) as ScopeState
    return isClosed(hold, now) ? [holdOf(key, hold)] : []
  })
}
