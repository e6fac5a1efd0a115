import type { Attempt, Decision } from './attempt.ts'
import { pass } from './decide.ts'
import { noReply, type Policy } from '../policy/policy.ts'
import { Refusal, type Trouble } from './refusal.ts'
import type { State } from '../state/state.ts'

/** Nobody spoke: it says something about the way to Apple at most, and nothing about the recipient. */
const silence: Trouble['says'] = {
  fault: 'unknown',
  scope: 'provider',
  disposition: 'retry',
  evidence: {},
  text: '',
}

/**
 * What to do with a message whose host could not be reached or went away, and what to remember. Pure, like `decide`. On a
 * `relay` hop the host was no Apple's: `pass`.
 *
 * @param now ms since the epoch
 */
export function decideNoReply(state: State, now: number, policy: Policy, attempt: Attempt): Decision {
  if (attempt.hop === 'relay') return pass(null, state, attempt)
  return new Refusal(silenceOf(policy), state, now, policy, attempt).decide()
}

/** What the policy says to silence. Pure. */
export function silenceOf(policy: Policy): Trouble {
  const { waitsSeconds, hold } = policy.rules[noReply] ?? policy.otherwise.retry
  // Nothing else of a policy counts here: all of it would be about the recipient.
  const rulePolicy = { ...(waitsSeconds && { waitsSeconds }), ...(hold && { hold }) }
  return { rule: noReply, rulePolicy, says: silence, verdict: null }
}
