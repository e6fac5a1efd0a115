import { isAppleDomain } from '@icloud-delivery/rules'
import { domainOf } from '../address.ts'
import { EngineError, found } from '../errors.ts'
import { untilWritten } from '../ledger/conflict.ts'
import type { Change } from '../ledger/ledger.ts'
import { isKnown, onceKeys } from '../record/once.ts'
import type { Parts } from '../engine-core.ts'
import { engagementKey, type Consent, type Engagement, type EngagementState } from './engagement-state.ts'
import { suppressAddress } from '../operator/by-hand.ts'
import { appleField } from './readers.ts'
import { argument, requireAddress } from '../subject.ts'
import type { Suppression } from '../state/suppression.ts'

/** What {@link Engine.recordEngagement} may be told besides. */
export interface EngagementOptions {
  /** When it was, ms since the epoch. Default: now. */
  at?: number
  /** For an unsubscribe: the stream that the reader leaves. Default `marketing`, also for `transactional`. */
  stream?: string
  /** Tells this report from all others: it counts once, as `late.id` of `record`. 1 to 1,000 characters. Default: none. */
  id?: string
}

const timeOf = {
  open: 'openedAt',
  click: 'clickedAt',
  reply: 'repliedAt',
  unsubscribe: 'unsubscribedAt',
  complaint: 'complainedAt',
} as const satisfies Record<Engagement, keyof EngagementState>

/** A later click within an hour changes nothing that anybody decides by. */
const coarseMs = 3_600_000
const mostConsents = 5
const longestId = 1000
const longestHow = 500

/** Answers {@link Engine.recordEngagement}. */
export async function recordEngagement(
  parts: Parts,
  given: string,
  kind: Engagement,
  options: EngagementOptions = {},
): Promise<Suppression | null> {
  const call = 'recordEngagement'
  const address = requireAddress(parts.mailboxOf, given, call)
  if (!Object.hasOwn(timeOf, kind)) throw argument(call, 'the kind', Object.keys(timeOf).join(', '), kind)
  const at = timeAt(parts, call, options.at ?? parts.clock())
  if (options.stream !== undefined && typeof options.stream !== 'string')
    throw argument(call, 'stream', 'a string', options.stream)

  const { id } = options
  if (id !== undefined && !(typeof id === 'string' && id !== '' && id.length <= longestId))
    throw argument(call, 'id', `a string of 1 to ${longestId} characters`, id)
  const once = id === undefined ? [] : onceKeys(id, undefined, parts.clock())
  if (once.length > 0 && isKnown(await parts.ledger.read(once))) return null

  // First what must not be lost.
  let suppression: Suppression | null = null
  if (kind === 'unsubscribe') {
    const { stream = 'marketing' } = options
    // Nobody leaves receipts and login codes by a link in a newsletter.
    const streams = [stream === 'transactional' || stream === '' ? 'marketing' : stream]
    suppression = await suppressAddress(parts, { recipient: address, origin: kind, streams })
  } else if (kind === 'complaint') {
    suppression = await suppressAddress(parts, { recipient: address, origin: kind })
  }
  const isNew = await change(
    parts,
    address,
    (state) => {
      const before = state[timeOf[kind]] ?? -Infinity
      return at - before < coarseMs ? state : { ...state, [timeOf[kind]]: at }
    },
    once,
  )
  if (!isNew) return null
  if (id !== undefined) parts.once.sweep(parts.clock())
  count(parts, given, kind, at)
  return suppression
}

/** Answers {@link Engine.recordConsent}. */
export async function recordConsent(parts: Parts, given: string, when: number, how: string): Promise<void> {
  const call = 'recordConsent'
  const address = requireAddress(parts.mailboxOf, given, call)
  const at = timeAt(parts, call, when)
  if (typeof how !== 'string' || how.trim() === '') {
    throw new EngineError(
      'EARGUMENT',
      `${call}: expected how the consent was given, such as 'form on example.com, double opt-in', found ${found(how)}`,
    )
  }
  const consent: Consent = { at, how: how.slice(0, longestHow) }
  await change(parts, address, (state) => ({
    ...state,
    consents: withConsent(state.consents ?? [], consent),
  }))
  count(parts, given, 'consent', at)
}

/** By the address as it was given: what it is remembered under may be a hash. */
function count({ signals }: Parts, given: string, what: string, at: number): void {
  signals.read(what, at)
  if (isAppleDomain(domainOf(given) ?? '')) signals.read(appleField(what), at)
}

/** The first one stays, as it is the one that is asked for, and the latest of the others. */
function withConsent(consents: readonly Consent[], consent: Consent): readonly Consent[] {
  const others = consents.filter(({ at, how }) => at !== consent.at || how !== consent.how)
  const [first, ...rest] = [...others, consent].toSorted((a, b) => a.at - b.at)
  return [first ?? consent, ...rest.slice(-(mostConsents - 1))]
}

/** @returns false if what is told by this id was told before */
async function change(
  parts: Parts,
  address: string,
  next: (state: EngagementState) => EngagementState,
  once: readonly string[] = [],
): Promise<boolean> {
  const { ledger, turns, clock } = parts
  const key = engagementKey(address)
  return turns.run(key, () =>
    untilWritten(async () => {
      const [entry, ...known] = await ledger.read([key, ...once])
      if (isKnown(known)) return false
      const state = (entry?.value ?? {}) as EngagementState
      const value = next(state)
      const changes: Change[] = []
      if (value !== state) changes.push({ key, expected: entry?.version ?? 0, value })
      if (once[0] !== undefined) changes.push({ key: once[0], expected: 0, value: { at: clock() } })
      return changes.length === 0 || (await ledger.write(changes)) ? true : undefined
    }),
  )
}

/** Not later than now: a clock that is ahead must not make a reader engaged for years. */
function timeAt({ clock }: Parts, call: string, at: unknown): number {
  if (typeof at !== 'number' || !Number.isFinite(at))
    throw argument(call, 'at', 'milliseconds since the epoch', at)
  return Math.min(at, clock())
}
