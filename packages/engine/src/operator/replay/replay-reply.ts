import { classify } from '@icloud-delivery/rules'
import type { Action } from '../../record/action.ts'
import type { Attempt } from '../../decide/attempt.ts'
import { decide } from '../../decide/decide.ts'
import { isHashedName } from '../../names/address-names.ts'
import type { Policy } from '../../policy/policy.ts'
import { rulesVersion } from '../../rules-version.ts'
import type { RecipientState } from '../../state/state.ts'
import type { Heard } from '../../state/suppression.ts'

/** A reply as it was kept. */
export interface StoredReply {
  /** Folded. */
  recipient: string
  /** ms since the epoch. */
  at: number
  /** Remote text, at most 1,000 characters. */
  reply: string
  messageId: string | null
  heard: Heard | undefined
  was: ReplayedAs
}

/** What a reply was, or is, taken for. */
export interface ReplayedAs {
  /** `null` if it is not taken for Apple's. */
  rule: string | null
  /** What came of it for the message. `pass`: it is not Apple's. */
  action: Action['type']
  /** Version of the rules package; `null` if it was not kept. */
  rulesVersion: string | null
}

/**
 * What today's rules would do otherwise:
 *
 * - `would-not-suppress`: the recipient is suppressed for a reply that would not do it any more. The one to look at
 * - `would-suppress`: the recipient was left alone
 * - `other-rule`: another rule, with the same effect on the recipient
 * - `other-action`: the same rule, and something else for the message
 */
export type ReplayKind = 'would-not-suppress' | 'would-suppress' | 'other-rule' | 'other-action'

/** All of them. */
export const replayKinds: readonly ReplayKind[] = [
  'would-not-suppress',
  'would-suppress',
  'other-rule',
  'other-action',
]

/** What one rule may have done for another reason than the reply: its age, its waits, a hold that it met, an incident. */
const mayHaveBeen: Readonly<Partial<Record<Action['type'], readonly Action['type'][]>>> = {
  retry: ['soft-bounce', 'fail', 'hold'],
  hold: ['fail'],
  'soft-bounce': ['retry', 'hold', 'suppress'],
  suppress: ['retry', 'hold', 'soft-bounce'],
  fail: ['hold'],
}

/**
 * What today's rules and policy make of a stored reply. Pure. `null` if it is the same as it was, and for a reply about the
 * sender whose address was cut: nothing can be said of that.
 */
export function replayReply(
  stored: StoredReply,
  policy: Policy,
): { kind: ReplayKind; now: ReplayedAs } | null {
  const { was } = stored
  if (stored.heard?.namesSender && !stored.reply.includes('@')) return null
  const now = judge(stored, policy, {})
  if (was.action === 'suppress') {
    const still = now.action === 'suppress' || suppressesInTheEnd(stored, now, policy)
    if (!still) return { kind: 'would-not-suppress', now }
    return now.rule === was.rule ? null : { kind: 'other-rule', now }
  }
  const isExplained = was.action === now.action || mayHaveBeen[now.action]?.includes(was.action) === true
  if (now.rule === was.rule && isExplained) return null
  if (now.action === 'suppress') return { kind: 'would-suppress', now }
  return { kind: now.rule === was.rule ? 'other-action' : 'other-rule', now }
}

/** Whether it took several of these replies to suppress the recipient, and as many would do it today. */
function suppressesInTheEnd(stored: StoredReply, now: ReplayedAs, policy: Policy): boolean {
  const { rule } = now
  if (rule === null || rule !== stored.was.rule) return false
  const many = { rule, count: 1000, firstAt: -8e15, lastAt: -8e15, messageIds: [] }
  return judge(stored, policy, { softBounces: [many] }).action === 'suppress'
}

/** What would come of it as the first try of a message, for a recipient of whom this is known. */
function judge(stored: StoredReply, policy: Policy, state: RecipientState): ReplayedAs {
  const { at, reply, heard: { mx, phase, namesSender } = {} } = stored
  const named = classify(reply, { mx }).evidence.address
  const recipient = addressOf(stored, named)
  const verdict = classify(reply, { recipient, mx, phase, sender: namesSender ? named : null })
  const attempt: Attempt = {
    recipient,
    address: recipient,
    senderDomain: null,
    fromDomain: null,
    submitter: null,
    campaign: null,
    author: '',
    stream: 'transactional',
    lane: 'default',
    hop: 'direct',
    messageId: '',
    acceptedAt: at,
    attempt: 0,
    rulesVersion,
    // What was one mailbox when the reply came is known by its effect only.
    sameMailbox: true,
    phase,
    random: () => 0,
  }
  const { action } = decide(verdict, { recipient: state, scopes: [] }, at, policy, attempt)
  const rule = action.type === 'pass' ? null : verdict.rule
  return { rule, action: action.type, rulesVersion }
}

/**
 * The recipient, or one that stands for it if its address is remembered as a hash: only what Apple said of a recipient of
 * its own is kept, and the addresses were cut from it, though not a local part alone.
 */
function addressOf({ recipient }: StoredReply, named: string | undefined): string {
  if (!isHashedName(recipient)) return recipient
  return `${named === undefined || named.includes('@') ? 'hashed' : named}@icloud.com`
}
