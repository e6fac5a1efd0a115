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

type Sum = { -readonly [K in Exclude<keyof MailCounts, 'rules'>]: number } & { rules: Record<string, number> }

function emptySum(): Sum {
  return {
    attempts: 0,
    delivered: 0,
    deferred: 0,
    bounced: 0,
    refused: 0,
    expired: 0,
    messages: 0,
    held: 0,
    suppressed: 0,
    rules: {},
  }
}

/** Adds up groups of counts, of all places or of those that are asked for. */
export function sumMail(groups: readonly Counts[], only: Partial<Cell> = {}): MailCounts {
  const sum = emptySum()
  for (const counts of groups) {
    for (const count of readCounts(counts)) if (isAsked(count, only)) addTo(sum, count)
  }
  return sum
}

/** The same for each place, those with most attempts first. */
export function sumPlaces(groups: readonly Counts[], only: Partial<Cell> = {}): (Cell & MailCounts)[] {
  const sums = new Map<string, Cell & Sum>()
  for (const counts of groups) {
    for (const count of readCounts(counts)) {
      const { lane, stream } = count
      if (!isAsked(count, only)) continue
      const key = `${lane} ${stream}`
      const sum = sums.get(key) ?? { lane, stream, ...emptySum() }
      sums.set(key, sum)
      addTo(sum, count)
    }
  }
  return [...sums]
    .toSorted(([a, x], [b, y]) => y.attempts - x.attempts || (a < b ? -1 : 1))
    .map(([, sum]) => sum)
}

function isAsked({ lane, stream }: Cell, only: Partial<Cell>): boolean {
  return (only.lane ?? lane) === lane && (only.stream ?? stream) === stream
}

function addTo(sum: Sum, { what, rule, by }: { what: string; rule: string; by: number }): void {
  if (what === 'message') sum.messages += by
  else if (what === '-held' || what === '-later') sum.held += by
  else if (what === '-suppressed') sum.suppressed += by
  else if (isResult(what)) {
    sum[what] += by
    sum.attempts += by
    if (rule !== '') sum.rules[rule] = (sum.rules[rule] ?? 0) + by
  }
}

function isResult(what: string): what is Result {
  return results.includes(what as Result)
}
