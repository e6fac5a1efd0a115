import type { HoldRef } from '../record/action.ts'
import { untilWritten } from '../ledger/conflict.ts'
import { isClosed, isEngagedOnly, opened } from '../decide/decide-hold.ts'
import type { Hold } from '../engine.ts'
import type { Parts } from '../engine-core.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { withSuppression } from '../state/recipient-state.ts'
import {
  recipientKey,
  scopeKey,
  type RecipientState,
  type ScopeState,
  type StoredHold,
} from '../state/state.ts'
import { argument, requireAddress } from '../subject.ts'
import type { Suppression, SuppressionOrigin } from '../state/suppression.ts'

/** What {@link suppressAddress} takes. */
export interface SuppressRequest {
  recipient: string
  origin: Exclude<SuppressionOrigin, 'reply'>
  streams?: readonly string[]
  note?: string
}

/** What is covered unless somebody says otherwise. */
export const streamsOf: Readonly<Record<SuppressRequest['origin'], readonly string[]>> = {
  unsubscribe: ['marketing'],
  complaint: ['!transactional'],
  import: ['*'],
  operator: ['*'],
}
const longestNote = 1000

/** Suppresses an address because a person or another program says so. */
export async function suppressAddress(parts: Parts, request: SuppressRequest): Promise<Suppression> {
  const recipient = requireAddress(parts.mailboxOf, request?.recipient, 'suppress')
  const { origin, note } = request
  if (!Object.hasOwn(streamsOf, origin))
    throw argument('suppress', 'origin', Object.keys(streamsOf).join(', '), origin)
  const streams: unknown = request.streams ?? streamsOf[origin]
  if (
    !Array.isArray(streams) ||
    streams.length === 0 ||
    streams.some((stream) => typeof stream !== 'string')
  ) {
    throw argument('suppress', 'streams', 'an array of at least one stream', streams)
  }
  const at = parts.clock()
  const suppression: Suppression = {
    recipient,
    origin,
    streams: streams as string[],
    at,
    rule: null,
    rulesVersion: null,
    reply: null,
    messageId: null,
    incident: null,
    note: note?.slice(0, longestNote) ?? null,
  }
  const key = recipientKey(recipient)
  return onlyOne(parts, recipient, async () => {
    const [entry] = await parts.ledger.read([key])
    const state = withSuppression(entry?.value ?? {}, suppression)
    const event = {
      at,
      type: 'suppress',
      subject: recipient,
      data: { origin, streams, note: suppression.note },
    }
    const written = await parts.ledger.write([{ key, expected: entry?.version ?? 0, value: state }], [event])
    return written ? (state.suppressions?.find((one) => one.origin === origin) ?? suppression) : undefined
  })
}

function onlyOne<T>(parts: Parts, address: string, turn: () => Promise<T | undefined>): Promise<T> {
  return parts.turns.run(address, () => untilWritten(turn))
}

/** Opens a scope; one that goes on with engaged readers only, to all. */
export async function closeHold(parts: Parts, ref: HoldRef): Promise<number> {
  if (typeof ref?.scope !== 'string' || typeof ref.id !== 'string')
    throw argument('release', 'hold', '{ scope, id }', ref)
  const hold: HoldRef = { scope: ref.scope, id: ref.id }
  const key = scopeKey(hold)
  const at = parts.clock()
  const released = await untilWritten(async () => {
    const [entry] = await parts.ledger.read([key])
    const state = entry?.value as ScopeState | undefined
    const isClosedNow = isClosed(state?.hold, at)
    if (!entry || !state || !(isClosedNow || isEngagedOnly(state, at))) return 0
    const { engagedOnly: _, ...others } = state
    const next = isClosedNow ? opened(state, at) : others
    const event = {
      at,
      type: 'scope-released',
      subject: `${hold.scope}/${hold.id}`,
      data: { rule: (state.hold ?? state.engagedOnly)?.rule, by: 'hand' },
    }
    const value = Object.keys(next).length === 0 ? null : next
    return (await parts.ledger.write([{ key, expected: entry.version, value }], [event])) ? 1 : undefined
  })
  if (released > 0) parts.events.emit('released', { hold })
  return released
}

/** The scopes that are closed now. */
export async function openHolds(ledger: Ledger, now: number): Promise<Hold[]> {
  const holds: Hold[] = []
  for await (const { key, value } of ledger.list('scope/')) {
    const { hold } = value as ScopeState
    if (!isClosed(hold, now)) continue
    holds.push(holdOf(key, hold))
  }
  return holds
}

/** A hold as it is shown; `key` is that of its scope. */
export function holdOf(
  key: string,
  {
    rule,
    since,
    until,
    reply,
    halfOpen,
  }: Pick<StoredHold, 'rule' | 'since' | 'until' | 'reply' | 'halfOpen'>,
): Hold {
  const [, scope = '', ...id] = key.split('/')
  const hold: Hold = { scope: scope as Hold['scope'], id: id.join('/'), rule, since, until, reply }
  return halfOpen === undefined ? hold : { ...hold, halfOpen: true }
}

/** All suppressions, by address. */
export async function* suppressionsOf(ledger: Ledger): AsyncIterable<Suppression> {
  for await (const { value } of ledger.list('recipient/')) yield* (value as RecipientState).suppressions ?? []
}
