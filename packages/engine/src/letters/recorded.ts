import type { Rates } from '../signals/rates.ts'
import { letterEvidence, type LetterEvidence } from './letter-evidence.ts'
import type { CheckedRequest, LetterSource } from './letter-request.ts'

const longestWindowSeconds = 90 * 86_400

/** What is known of the replies that a letter is about. */
export interface Recorded {
  evidence: LetterEvidence
  /** The counts of the time from `since` to now; `null` for a time that is over, as they cannot say. */
  rates: Rates | null
  /** By the counts the first of these replies came then or later, ms since the epoch; `null` if they have none. */
  countedFrom: number | null
}

/**
 * Reads the event log and the counts. The log is kept by the number of its lines and forgets soon where much is sent, and the
 * counts forget nothing for 90 days: if they have more, the evidence is not complete. They know of direct hops only.
 */
export async function recorded(
  source: LetterSource,
  { rules, span, now }: CheckedRequest,
): Promise<Recorded> {
  const evidence = await letterEvidence(source.ledger, rules, span)
  const window = Math.min(longestWindowSeconds, (now - span.since) / 1000)
  if (span.until < now || !(window > 0)) return { evidence, rates: null, countedFrom: null }
  const rates = await source.rates({ window })
  const inLog = evidence.groups.reduce((sum, { count }) => sum + count, 0)
  const isComplete = evidence.isComplete && countOf(rates.rules, rules) <= inLog
  const countedFrom = rates.buckets.find((bucket) => countOf(bucket.rules, rules) > 0)?.at ?? null
  return { evidence: { ...evidence, isComplete }, rates, countedFrom }
}

function countOf(counts: Readonly<Record<string, number>>, rules: ReadonlySet<string>): number {
  return Object.entries(counts).reduce((sum, [rule, count]) => (rules.has(rule) ? sum + count : sum), 0)
}
