import type { Action } from '../../record/action.ts'
import type { CanaryReplies } from './canary-state.ts'
import type { Counts } from '../../ledger/ledger.ts'

/** What a reply says of the campaign. */
export type CanaryReply = 'good' | 'bad' | 'recipient'

/**
 * What an outcome counts as; `null`: nothing yet. A refusal for now is no answer, as it is tried again, unless it is the
 * sender's own mistake.
 */
export function canaryReplyOf({ type, verdict }: Action): CanaryReply | null {
  if (type === 'delivered') return 'good'
  if (type === 'handed-over' || type === 'pass' || verdict === null) return null
  const { fault, disposition } = verdict
  if (fault === 'recipient' || fault === 'recipient-domain') return 'recipient'
  return disposition === 'retry' && fault !== 'sender-dns' ? null : 'bad'
}

/** The field that a reply adds to: `<seat> <reply> <rule>`. */
export function replyField(seat: number, reply: CanaryReply, rule: string | null): string {
  return rule === null ? `${seat} ${reply}` : `${seat} ${reply} ${rule}`
}

/** The replies that were counted. Each recipient is one, however often it was tried. */
export function readReplies(counts: Counts): CanaryReplies {
  const seats = new Map<string, Set<string>>()
  const rules = new Map<string, number>()
  for (const field of Object.keys(counts)) {
    const [seat = '', reply = '', rule] = field.split(' ')
    seats.set(seat, (seats.get(seat) ?? new Set()).add(reply))
    // A refusal for the sender's reasons weighs more than any number of others.
    if (rule !== undefined) rules.set(rule, (rules.get(rule) ?? 0) + (reply === 'bad' ? 1e6 : 1))
  }
  const all = [...seats.values()]
  const bad = all.filter((replies) => replies.has('bad')).length
  const good = all.filter((replies) => replies.has('good') && !replies.has('bad')).length
  const [worst] = [...rules].toSorted(([, a], [, b]) => b - a)
  return { good, bad, recipientFaults: all.length - bad - good, rule: worst?.[0] ?? null }
}
