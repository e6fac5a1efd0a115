import { domainOf } from '../address.ts'
import type { RulePolicy } from '../policy/policy.ts'
import type { Late } from '../record/late.ts'
import type { Route } from '../subject.ts'
import type { State } from './state.ts'

/** Something beside the recipient and the scopes that a rule counts at. */
export interface AsideKey {
  part: 'lane' | 'domain'
  key: string
}

/** What has to be read for an attempt besides, as few rules count there. Behind a relay there is no lane. */
export function asideKeys(
  rule: RulePolicy,
  attempt: Route & { recipient: string; late?: Late | undefined },
): AsideKey[] {
  const keys: AsideKey[] = []
  if (attempt.late !== undefined && attempt.hop === 'relay') return keys
  if (rule.slowLane && attempt.hop === 'direct') keys.push({ part: 'lane', key: `limited/${attempt.lane}` })
  const domain = rule.alertDomain ? domainOf(attempt.recipient) : null
  if (domain !== null) keys.push({ part: 'domain', key: `domain/${domain}` })
  return keys
}

/** The state of what was read: the recipient, the scopes, and then what stands aside. */
export function stateOf(values: readonly object[], aside: readonly AsideKey[]): State {
  const [recipient = {}, ...rest] = values
  const scopes = rest.slice(0, rest.length - aside.length)
  const state: State = { recipient, scopes }
  aside.forEach(({ part }, index) => {
    state[part] = rest[scopes.length + index] ?? {}
  })
  return state
}

/** The same the other way round, in the same order. */
export function valuesOf(state: State, aside: readonly AsideKey[]): (object | undefined)[] {
  return [state.recipient, ...state.scopes, ...aside.map(({ part }) => state[part])]
}
