import type { Phase, Verdict } from '@icloud-delivery/rules'
import { attemptsOf, plainAction, type Attempt, type Decision, type Effect } from './attempt.ts'
import { troubleBeforeMail } from './before-mail.ts'
import { withoutRow } from './count-reply.ts'
import { isProbe } from './decide-hold.ts'
import { afterAcceptance, isHalfOpen, roomIn } from './half-open.ts'
import { troubleInIncident } from '../incidents/trouble-in-incident.ts'
import { rulePolicyOf, type Policy } from '../policy/policy.ts'
import { timeOf } from '../record/late.ts'
import { afterDelivery, afterLateDelivery } from '../state/recipient-state.ts'
import { Refusal, type Trouble } from './refusal.ts'
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
    return isHandedOver(attempt) ? handedOver(state, attempt) : delivered(state, now, policy, attempt)
  if (verdict.provider !== 'apple' || verdict.rule === null) return pass(verdict, state, attempt)
  const trouble = troubleOf(verdict, verdict.rule, policy, attempt)
  return new Refusal(trouble, state, now, policy, attempt).decide()
}

/** What the policy says to a reply of Apple's. Pure. */
export function troubleOf(
  verdict: Verdict,
  rule: string,
  policy: Policy,
  { incident, phase }: { incident?: string | undefined; phase?: Phase | null | undefined } = {},
): Trouble {
  if (incident !== undefined) return troubleInIncident(verdict, rule, policy)
  const early = troubleBeforeMail(verdict, rule, policy, phase)
  if (early !== null) return early
  return { rule, rulePolicy: rulePolicyOf(policy, verdict, rule), says: verdict, verdict }
}

function delivered(state: State, now: number, policy: Policy, attempt: Attempt): Decision {
  const effects: Effect[] = []
  // Mostly there is nothing that an accepted message could change.
  const isQuiet = !state.scopes.some(({ hold, counts }) => hold !== undefined || counts !== undefined)
  const scopes = isQuiet
    ? state.scopes
    : state.scopes.map((scope, index) => {
        const { hold } = scope
        if (hold === undefined) return withoutRow(scope)
        // Once Apple has refused the probe for one of its recipients, another one shows nothing.
        if (!isHalfOpen(hold) && (!isProbe(hold, attempt) || hold.probe?.refused)) return withoutRow(scope)
        const ref = scopesOf(attempt)[index]
        if (ref === undefined) return scope
        // A campaign is closed by one reply, so one acceptance opens it.
        const rulePolicy = ref.scope === 'campaign' ? null : policy.rules[hold.rule]?.hold
        const next = afterAcceptance(scope, hold, rulePolicy, attempt, now)
        if (next.hold === undefined) effects.push({ type: 'released', hold: ref })
        else {
          const before = isHalfOpen(hold) ? roomIn(hold, now) : 0
          const room = isHalfOpen(next.hold) ? roomIn(next.hold, now) - before : 0
          if (room > 0) effects.push({ type: 'half-open', hold: ref, room, isNew: !isHalfOpen(hold) })
        }
        return next
      })
  const { late, messageId } = attempt
  return {
    action: plainAction(
      'delivered',
      null,
      attempt,
      attemptsOf(state.recipient, attempt),
      'Apple accepted it',
    ),
    nextState: {
      recipient:
        late === undefined
          ? afterDelivery(state.recipient, messageId, now)
          : afterLateDelivery(state.recipient, messageId, timeOf(late, now)),
      scopes: scopes.every((scope, index) => scope === state.scopes[index]) ? state.scopes : scopes,
    },
    effects,
  }
}

/** Whether a 250 is not known to be Apple's: a relay's, or one that nobody vouches for. */
export function isHandedOver({ hop, late }: Pick<Attempt, 'hop' | 'late'>): boolean {
  return hop === 'relay' && (late === undefined || late.about === 'recipient')
}

/** What a relay accepted says nothing about Apple: nothing is cleared, closed or raised. */
export function handedOver(state: State, attempt: Attempt): Decision {
  const reason = "a relay took it; Apple's answer is not known"
  const action = plainAction('handed-over', null, attempt, (attempt.attempt ?? 0) + 1, reason)
  return { action, nextState: state, effects: [] }
}

/** What is not Apple's: a reply, or the silence of another host. */
export function pass(
  verdict: Verdict | null,
  state: State,
  attempt: Attempt,
  reason = "not Apple's doing",
): Decision {
  const action = plainAction('pass', verdict, attempt, (attempt.attempt ?? 0) + 1, reason)
  return { action, nextState: state, effects: [] }
}
