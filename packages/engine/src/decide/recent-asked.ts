import type { Attempt } from './attempt.ts'
import { closingOf, familyOf, heardAt } from './closing.ts'
import { isEnough, withReply } from './count-reply.ts'
import type { Policy } from '../policy/policy.ts'
import type { Trouble } from './refusal.ts'
import { scopeKey, scopesOf, type ScopeKind, type State } from '../state/state.ts'

/** Which attempts {@link State.recent} is to count: those through one scope on the way. */
export interface RecentAsked {
  kind: Exclude<ScopeKind, 'campaign' | 'private-relay'>
  windowSeconds: number
  /** Whose replies are the share. */
  rules: readonly string[]
}

/**
 * The numbers that the decision about this reply needs: only where it makes enough replies to close a scope. `null`: none.
 * Pure.
 *
 * @param now ms since the epoch
 */
export function recentAsked(
  trouble: Trouble,
  state: State,
  now: number,
  policy: Policy,
  attempt: Attempt,
): RecentAsked | null {
  const closing = closingOf(trouble, attempt, policy)
  if (closing === null || closing.kind === 'campaign' || closing.kind === 'private-relay') return null
  const { kind, hold, ref } = closing
  const key = scopeKey(ref)
  const scope = state.scopes[scopesOf(attempt).findIndex((passed) => scopeKey(passed) === key)] ?? {}
  const heard = heardAt(closing, trouble, attempt)
  const counted = withReply(scope, hold, heard, now)
  if (counted === null || !isEnough(counted, hold, heard)) return null
  return { kind, windowSeconds: hold.windowSeconds, rules: rulesOf(counted.family, trouble, policy) }
}

function rulesOf(family: string, { rule }: Trouble, policy: Policy): readonly string[] {
  const others = Object.keys(policy.rules).filter((other) => familyOf(other, policy) === family)
  return [...new Set([rule, ...others])]
}
