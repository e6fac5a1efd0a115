import { createHash } from 'node:crypto'
import type { HoldRef } from '../record/action.ts'
import type { Attempt } from './attempt.ts'
import type { Heard } from './count-reply.ts'
import { isOwnDomain } from './own-domain.ts'
import type { Policy } from '../policy/policy.ts'
import type { HoldPolicy } from '../policy/hold-policy.ts'
import type { Trouble } from './refusal.ts'
import { scopeOf, type ScopeKind } from '../state/state.ts'

/** A scope that a reply may close. */
export interface Closing {
  kind: ScopeKind
  ref: HoldRef
  hold: HoldPolicy
}

/** The scope that counts the replies of this rule, if it has one and this reply counts. Pure. */
export function closingOf(trouble: Trouble, attempt: Attempt, policy: Policy): Closing | null {
  const { hold } = trouble.rulePolicy
  if (!hold || attempt.hop === 'relay') return null
  if (hold.scope === 'private-relay' && !attempt.toPrivateRelay) return null
  const { fault, evidence } = trouble.says
  if (fault === 'sender-auth' && !isOwnDomain(evidence.domain, attempt, policy)) return null
  const kind = hold.scope === 'sending-domain' && hold.perStream ? 'from-domain' : hold.scope
  const ref = scopeOf(kind, attempt)
  return ref && { kind, ref, hold }
}

/** The campaign, if this one reply holds the rest of it. Pure. */
export function campaignClosingOf({ rulePolicy }: Trouble, attempt: Attempt): Closing | null {
  if (!rulePolicy.campaign || attempt.hop === 'relay') return null
  const ref = scopeOf('campaign', attempt)
  if (ref === null) return null
  // How long the one reply that it takes is remembered makes no difference.
  const { forSeconds } = rulePolicy.campaign
  const hold = { scope: 'stream', count: 1, windowSeconds: forSeconds, ...rulePolicy.campaign } as const
  return { kind: 'campaign', ref, hold }
}

/** How the reply counts at that scope. Pure. */
export function heardAt({ kind, hold }: Closing, { rule, says }: Trouble, attempt: Attempt): Heard {
  const heard: Heard = { rule, text: says.text, wasProbe: false, authors: 1 }
  if (hold.distinct === 'recipient') heard.of = digest(attempt.address)
  if (hold.distinct === 'campaign-or-sender')
    heard.of = digest(attempt.campaign === null ? `sender ${attempt.author}` : `campaign ${attempt.campaign}`)
  // What one sender writes must not stop the login codes of all the others.
  if (kind === 'stream' && attempt.stream === 'transactional' && says.fault === 'content') {
    heard.author = digest(attempt.author)
    heard.authors = 2
  }
  return heard
}

/** What the replies of a rule are counted under. */
export function familyOf(rule: string, policy: Policy): string {
  return (Object.hasOwn(policy.rules, rule) ? policy.rules[rule]?.hold?.family : undefined) ?? rule
}

/** Short, as many are in one entry, and so that no address is. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 8)
}
