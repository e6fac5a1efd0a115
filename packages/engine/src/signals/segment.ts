import { covers } from '../admit/covers.ts'
import type { MailboxOf } from '../address.ts'
import type { Parts } from '../engine-core.ts'
import { engagementKey, lastSignOfLife, type EngagementState } from './engagement-state.ts'
import { recipientKey, type RecipientState } from '../state/state.ts'
import { argument, nameOf } from '../subject.ts'

/** What {@link Engine.segment} takes. */
export interface SegmentRequest {
  /** Days without a sign of life: a click, an answer or a consent. More than 0. */
  inactiveDays: number
  /** Recipients that are suppressed for this stream are left out. Default `marketing`. */
  stream?: string
  /** The addresses to look at. Default: all that the ledger knows by name. */
  recipients?: Iterable<string> | AsyncIterable<string>
}

/** A recipient who seems not to read. Times are ms since the epoch, `null` where nothing is known. */
export interface InactiveRecipient {
  recipient: string
  lastSignOfLifeAt: number | null
  /** Shows little: Apple's Mail may have fetched the images by itself. */
  lastOpenAt: number | null
  lastDeliveredAt: number | null
}

const page = 500
const dayMs = 86_400_000

/** Answers {@link Engine.segment}. */
export function segment(parts: Parts, request: SegmentRequest): AsyncIterable<InactiveRecipient> {
  if (typeof request !== 'object' || request === null)
    throw argument('segment', 'the request', 'an object such as { inactiveDays: 180 }', request)
  const { inactiveDays, recipients } = request
  if (!(typeof inactiveDays === 'number' && inactiveDays > 0 && inactiveDays < Infinity))
    throw argument('segment', 'inactiveDays', 'a number of days, more than 0', inactiveDays)
  const stream = nameOf(request.stream, 'marketing', 'segment', 'stream')
  const before = parts.clock() - inactiveDays * parts.signals.resolutions.day.width
  return inactive(parts, recipients ?? known(parts), before, stream)
}

async function* inactive(
  parts: Parts,
  recipients: Iterable<string> | AsyncIterable<string>,
  before: number,
  stream: string,
): AsyncIterable<InactiveRecipient> {
  for await (const addresses of pages(recipients, parts.mailboxOf)) {
    const keys = addresses.flatMap((address) => [recipientKey(address), engagementKey(address)])
    const entries = await parts.ledger.read(keys)
    for (const [index, recipient] of addresses.entries()) {
      const state = (entries[index * 2]?.value ?? {}) as RecipientState
      const engagement = (entries[index * 2 + 1]?.value ?? {}) as EngagementState
      if (state.suppressions?.some((suppression) => covers(suppression, stream))) continue
      const lastSignOfLifeAt = lastSignOfLife(engagement)
      // Whoever has not had much mail yet had no time to click.
      const since = lastSignOfLifeAt ?? knownSince(state)
      if (since === null || since > before) continue
      yield {
        recipient,
        lastSignOfLifeAt,
        lastOpenAt: engagement.openedAt ?? null,
        lastDeliveredAt: state.deliveredAt ?? null,
      }
    }
  }
}

function knownSince({ since, deliveredAt }: RecipientState): number | null {
  return since === undefined ? (deliveredAt ?? null) : since * dayMs
}

/** Everybody who got mail, and then those of whom there is only what they did. */
async function* known({ ledger, mailboxOf }: Parts): AsyncIterable<string> {
  for await (const { key } of ledger.list('recipient/')) yield key.slice('recipient/'.length)
  for await (const addresses of pages(engaged(ledger), mailboxOf)) {
    const entries = await ledger.read(addresses.map(recipientKey))
    yield* addresses.filter((_, index) => entries[index] === null)
  }
}

async function* engaged(ledger: Parts['ledger']): AsyncIterable<string> {
  for await (const { key } of ledger.list('engagement/')) yield key.slice('engagement/'.length)
}

async function* pages(
  addresses: Iterable<string> | AsyncIterable<string>,
  mailboxOf: MailboxOf,
): AsyncIterable<string[]> {
  let some: string[] = []
  for await (const given of addresses) {
    const address = typeof given === 'string' ? mailboxOf(given) : null
    if (address === null) continue
    some.push(address)
    if (some.length < page) continue
    yield some
    some = []
  }
  if (some.length > 0) yield some
}
