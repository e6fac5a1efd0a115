import type { Counts } from '../ledger/ledger.ts'
import type { Result } from './outcome-result.ts'

/** How mail fared in a span of time. */
export interface MailCounts {
  /** Outcomes on direct hops: Apple's answers, and its silence. The next five add up to it. */
  attempts: number
  delivered: number
  /** To be tried again. */
  deferred: number
  /** Refused for the recipient's reasons. */
  bounced: number
  /** Refused for other reasons: policy, reputation, authentication, IP. */
  refused: number
  /** Given up for its age. */
  expired: number
  /** Recipients of messages that were tried for the first time. */
  messages: number
  /** How often `admit` answered `held` or `later`: again each time that it is asked. */
  held: number
  /** How often `admit` answered `suppressed`. */
  suppressed: number
  /** Attempts that were not delivered, by rule; `no-reply` where there was none. */
  rules: Readonly<Record<string, number>>
}

/** One stream on one lane. */
export interface Cell {
  lane: string
  stream: string
}

const results: readonly Result[] = ['delivered', 'deferred', 'bounced', 'refused', 'expired']

/** A group of counts, field by field: `<lane> <stream> <what> <rule>`. */
export function* readCounts(counts: Counts): Generator<Cell & { what: string; rule: string; by: number }> {
  for (const [field, by] of Object.entries(counts)) {
    const [lane = '', stream = '', what = '', rule = ''] = field.split(' ')
    yield { lane, stream, what, rule, by }
  }
}

/** Adds up groups of counts, of all cells or of those that are asked for. */
export function sumMail(groups: readonly Counts[], only: Partial<Cell> = {}): MailCounts {
  const sum: Record<Result, number> & { messages: number; held: number; suppressed: number } = {
    delivered: 0,
    deferred: 0,
    bounced: 0,
    refused: 0,
    expired: 0,
    messages: 0,
    held: 0,
    suppressed: 0,
  }
  const rules: Record<string, number> = {}
  for (const counts of groups) {
    for (const { lane, stream, what, rule, by } of readCounts(counts)) {
      if (only.lane !== undefined && only.lane !== lane) continue
      if (only.stream !== undefined && only.stream !== stream) continue
      if (what === 'message') sum.messages += by
      else if (what === '-held' || what === '-later') sum.held += by
      else if (what === '-suppressed') sum.suppressed += by
      else if (isResult(what)) {
        sum[what] += by
        if (rule !== '') rules[rule] = (rules[rule] ?? 0) + by
      }
    }
  }
  const attempts = results.reduce((all, result) => all + sum[result], 0)
  return { attempts, ...sum, rules }
}

function isResult(what: string): what is Result {
  return results.includes(what as Result)
}
