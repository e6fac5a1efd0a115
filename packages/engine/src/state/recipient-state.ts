import type { MessageState, RecipientState, SoftBounces } from './state.ts'
import type { Policy } from '../policy/policy.ts'
import { freshMs } from '../record/late.ts'
import type { Suppression } from './suppression.ts'

/** Messages on their way that are remembered per recipient; the oldest go first. */
const mostMessages = 32
const dayMs = 86_400_000

/** The state of one message, as it was before this attempt. */
export function messageState(state: RecipientState, id: string): MessageState | undefined {
  return state.messages?.find((message) => message.id === id)
}

/** Remembers a message that will be tried again; drops those that are long past their age. */
export function withMessage(
  state: RecipientState,
  message: MessageState,
  now: number,
  policy: Policy,
): RecipientState {
  const oldest = now - Math.max(...Object.values(policy.maxAgeSeconds)) * 1000 - dayMs
  const others = (state.messages ?? []).filter(
    (other) => other.id !== message.id && other.acceptedAt > oldest,
  )
  return { ...state, messages: [...others, message].slice(-mostMessages) }
}

/** Forgets a message that is done with. */
export function withoutMessage(state: RecipientState, id: string): RecipientState {
  if (messageState(state, id) === undefined) return state
  const { messages = [], ...rest } = state
  const others = messages.filter((message) => message.id !== id)
  return others.length === 0 ? rest : { ...rest, messages: others }
}

/** Puts the count of one rule in place of the one before. */
export function withSoftBounces(state: RecipientState, bounces: SoftBounces): RecipientState {
  const others = (state.softBounces ?? []).filter((other) => other.rule !== bounces.rule)
  return { ...state, softBounces: [...others, bounces] }
}

/** Adds a suppression. One is kept per origin; its streams add up, and the newest evidence stays. */
export function withSuppression(state: RecipientState, suppression: Suppression): RecipientState {
  const all = state.suppressions ?? []
  const before = all.find((other) => other.origin === suppression.origin)
  const streams = [...new Set([...(before?.streams ?? []), ...suppression.streams])]
  const merged = { ...suppression, streams: streams.includes('*') ? ['*'] : streams }
  return { ...state, suppressions: [...all.filter((other) => other !== before), merged] }
}

/** What is left once Apple has accepted a message: counts, doubts and waiting are over, suppressions stay. */
export function afterDelivery(state: RecipientState, messageId: string, now: number): RecipientState {
  const rest = withoutMessage(state, messageId)
  const next: RecipientState = { deliveredAt: now, since: state.since ?? Math.floor(now / dayMs) }
  if (rest.suppressions) next.suppressions = rest.suppressions
  if (rest.messages) next.messages = rest.messages
  if (rest.important) next.important = true
  if (rest.seed) next.seed = true
  if (rest.releasedAt !== undefined && rest.releasedAt > now) next.releasedAt = rest.releasedAt
  return next
}

/**
 * The same for one that is heard of later: what was said since stays. What is told within minutes is written as of when it is told,
 * so what was written shortly after it may have been said before.
 */
export function afterLateDelivery(state: RecipientState, messageId: string, at: number): RecipientState {
  const { deliveredAt = -Infinity, softBounces = [], quarantine, deferred } = state
  if (deliveredAt >= at) return withoutMessage(state, messageId)
  const next = afterDelivery(state, messageId, at)
  const since = softBounces.filter(({ lastAt }) => lastAt > at + freshMs)
  if (since.length > 0) next.softBounces = since
  if (quarantine !== undefined && quarantine.at > at + freshMs) next.quarantine = quarantine
  if (deferred !== undefined && deferred.until > at) next.deferred = deferred
  return next
}

/** What is left once what replies did to an address is taken back. */
export function withoutReplies(state: RecipientState): RecipientState {
  const kept = (state.suppressions ?? []).filter((suppression) => suppression.origin !== 'reply')
  const next: RecipientState = {}
  if (kept.length > 0) next.suppressions = kept
  if (state.messages) next.messages = state.messages
  if (state.deliveredAt !== undefined) next.deliveredAt = state.deliveredAt
  if (state.since !== undefined) next.since = state.since
  if (state.releasedAt !== undefined) next.releasedAt = state.releasedAt
  if (state.important) next.important = true
  if (state.seed) next.seed = true
  return next
}
