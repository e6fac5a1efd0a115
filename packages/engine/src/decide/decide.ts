import type { Verdict } from '@icloud-delivery/rules'
import { attemptsOf, plainAction, type Attempt, type Decision, type Effect } from './attempt.ts'
import { isProbe } from './decide-hold.ts'
import { troubleInIncident } from '../incidents/trouble-in-incident.ts'
import { rulePolicyOf, type Policy } from '../policy/policy.ts'
import { afterDelivery } from '../state/recipient-state.ts'
import { Refusal } from './refusal.ts'
import { scopesOf, type State } from '../state/state.ts'

/**
 * What to do with a message after one attempt, and what to remember. Pure: the same arguments give the same answer, and
 * the state passed in is left alone.
 *
 * @param verdict `null` if the message was accepted
 * @param now ms since the epoch
 */
export function decide(
  verdict: Verdict | null,
  state: State,
  now: number,
  policy: Policy,
  attempt: Attempt,
): Decision {
  if (verdict === null)
    return attempt.hop === 'relay' ? handedOver(state, attempt) : delivered(state, now, attempt)
  if (verdict.provider !== 'apple' || verdict.rule === null) return pass(verdict, state, attempt)
  const { rule } = verdict
  const trouble =
    attempt.incident === undefined
      ? { rule, rulePolicy: rulePolicyOf(policy, verdict, rule), says: verdict, verdict }
      : troubleInIncident(verdict, rule, policy)
  return new Refusal(trouble, state, now, policy, attempt).decide()
}

function delivered(state: State, now: number, attempt: Attempt): Decision {
  const effects: Effect[] = []
  const scopes = state.scopes.map((scope, index) => {
    // Once Apple has refused the probe for one of its recipients, another one shows nothing.
    if (!isProbe(scope.hold, attempt) || scope.hold.probe?.refused) return scope
    const ref = scopesOf(attempt)[index]
    if (ref === undefined) return scope
    effects.push({ type: 'released', hold: ref })
    return {}
  })
  return {
    action: plainAction(
      'delivered',
      null,
      attempt,
      attemptsOf(state.recipient, attempt),
      'Apple accepted it',
    ),
    nextState: {
      recipient: afterDelivery(state.recipient, attempt.messageId, now),
      scopes: effects.length === 0 ? state.scopes : scopes,
    },
    effects,
  }
}

/** What a relay accepted says nothing about Apple: nothing is cleared, closed or raised. */
export function handedOver(state: State, attempt: Attempt): Decision {
  const reason = "a relay took it; Apple's answer is not known"
  const action = plainAction('handed-over', null, attempt, (attempt.attempt ?? 0) + 1, reason)
  return { action, nextState: state, effects: [] }
}

/** What is not Apple's: a reply, or the silence of another host. */
export function pass(verdict: Verdict | null, state: State, attempt: Attempt): Decision {
  const action = plainAction('pass', verdict, attempt, (attempt.attempt ?? 0) + 1, "not Apple's doing")
  return { action, nextState: state, effects: [] }
}
