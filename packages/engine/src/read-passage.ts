import type { Entry, Ledger } from './ledger/ledger.ts'
import type { Passage } from './passage.ts'
import type { Policy } from './policy/policy.ts'
import { messageHeldAt } from './state/held-messages.ts'
import { scopeKey, scopeOf, scopesOf, type ScopeState, type Way } from './state/state.ts'

/** The scopes that a message passes, and their keys in the order of `scopesOf(way)`. */
export interface Passed {
  way: Way
  scopeKeys: readonly string[]
}

/**
 * The scopes to be looked at.
 *
 * @param message the id of the message, if what is to be decided may hold the rest of it
 */
export function passedBy(
  { route, scopeKeys }: Passage,
  toPrivateRelay: boolean,
  message: string | null,
): Passed {
  const isAlone = message !== null && mayBeHeldAlone(route)
  if (!toPrivateRelay && !isAlone) return { way: route, scopeKeys }
  const way: Way = { ...route, toPrivateRelay, ...(isAlone && { aloneAs: message }) }
  return { way, scopeKeys: scopesOf(way).map(scopeKey) }
}

/**
 * Whether messages of this stream may be held by their ids, so that this one has to be looked at: {@link withMessage}.
 *
 * @param stream what is remembered of it on this lane: the second scope
 * @param domain what is remembered of the sending domain: the third scope, if there is one
 */
export function looksAtMessage(
  { way }: Passed,
  stream: unknown,
  domain: unknown,
  now: number,
  policy: Policy,
): boolean {
  const onLane = (stream as ScopeState | undefined)?.messageHeldAt
  const isMarked = way.senderDomain !== null && (domain as ScopeState | undefined)?.messagesHeld !== undefined
  if ((onLane === undefined && !isMarked) || way.aloneAs !== undefined || !mayBeHeldAlone(way)) return false
  const anywhere = isMarked ? messageHeldAt(domain as ScopeState, way.stream) : undefined
  // Twice as long as a message lasts is long enough.
  const longest = 2000 * Math.max(...Object.values(policy.maxAgeSeconds))
  return [onLane, anywhere].some((at) => at !== undefined && Math.abs(now - at) < longest)
}

/** The same with the message as a campaign of its own, which comes last, and what is remembered of it: one more read. */
export async function withMessage(
  ledger: Pick<Ledger, 'read'>,
  { way: before, scopeKeys: keys }: Passed,
  messageId: string,
): Promise<Passed & { key: string; entry: Entry | null }> {
  const way = { ...before, aloneAs: messageId }
  const ref = scopeOf('campaign', way)
  const key = ref === null ? '' : scopeKey(ref)
  const [entry = null] = await ledger.read([key])
  return { way, scopeKeys: [...keys, key], key, entry }
}

function mayBeHeldAlone({ hop, campaign }: Way): boolean {
  return hop === 'direct' && campaign === null
}
