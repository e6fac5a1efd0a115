import { domainOf } from '../address.ts'
import type { RulePolicy } from '../policy/policy.ts'
import type { State } from '../state/state.ts'
import type { Attempt, Effect } from './attempt.ts'
import { countDenied, deniedAlert } from './denied-domain.ts'
import { limitRecipient } from './limited-lane.ts'

/** What is counted at the lane and at the recipient's domain, for the few rules that count there, and what comes of it. */
export interface Touched {
  aside: Pick<State, 'lane' | 'domain'>
  effects: readonly Effect[]
}

/**
 * Counts one reply there. Pure. What was not read (the ledger is out of reach, or the rule has no business there) is left
 * alone.
 *
 * @param reply cut already
 * @param isOthers the reply names another mailbox, whose domain it may be about
 * @param now ms since the epoch
 */
export function touchAside(
  state: State,
  { slowLane, alertDomain }: RulePolicy,
  { rule, reply, isOthers }: { rule: string; reply: string; isOthers: boolean },
  attempt: Attempt,
  now: number,
): Touched {
  const aside: { lane?: State['lane']; domain?: State['domain'] } = {}
  const effects: Effect[] = []
  if (state.lane) {
    const limited = slowLane ? limitRecipient(state.lane, attempt.address, now, slowLane) : null
    aside.lane = limited?.state ?? state.lane
    if (limited?.isTooMany) effects.push({ type: 'slow', lane: attempt.lane, rule })
  }
  const domain = domainOf(attempt.recipient)
  if (state.domain) {
    aside.domain = state.domain
    if (alertDomain && domain !== null && !isOthers) {
      const failure = { rule, messageId: attempt.messageId, at: now }
      const denied = countDenied(state.domain, failure, alertDomain, state.recipient.deliveredAt)
      aside.domain = denied.state
      effects.push({ type: 'mx-doubtful', domain, rule })
      if (denied.enough) {
        const alert = deniedAlert(domain, denied.enough, attempt.mxAtApple ?? null, reply)
        effects.push({ type: 'alert', alert })
      }
    }
  }
  return { aside: aside as Touched['aside'], effects }
}
