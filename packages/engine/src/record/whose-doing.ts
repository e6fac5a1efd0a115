import { classify, isAppleDomain, isAppleMx, type Verdict } from '@icloud-delivery/rules'
import { domainOf } from '../address.ts'
import type { Hop, Outcome } from './outcome.ts'

/** Whether a reply, or silence, counts as Apple's. What does not is passed on and not remembered. */
export function isApplesDoing(
  outcome: Extract<Outcome, { kind: 'reply' | 'no-reply' }>,
  verdict: Verdict | null,
  recipient: string,
  hop: Hop,
): boolean {
  const mx = outcome.mx ?? ''
  if (outcome.kind === 'no-reply') {
    if (hop === 'relay') return false
    return mx === '' ? isAppleDomain(domainOf(recipient) ?? '') : isApplesHost(mx)
  }
  if (verdict?.provider !== 'apple' || verdict.rule === null) return false
  // A relay passes on what Apple said to it. Another host that we talk to ourselves has nothing to pass on: whoever runs
  // it could quote Apple to have this sender's mail held.
  return hop === 'relay' || mx === '' || isApplesHost(mx)
}

/** The rules know Apple's hosts that have no domain: without a word of Apple's in the reply only the host is left. */
function isApplesHost(mx: string): boolean {
  return isAppleMx(mx) || classify('550 refused', { mx, recipient: 'anna@icloud.com' }).provider === 'apple'
}
