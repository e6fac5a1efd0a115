import { explain, type Explanation } from '@icloud-delivery/rules'
import type { Engine, RateWindow } from '@icloud-delivery/engine'
import type { ReplyBook, SeenReply } from '../known/reply-book.ts'
import { meaningOf, type Meaning } from './meaning.ts'

/** The replies of one rule. */
export interface RuleView {
  rule: string
  /** In the window. */
  count: number
  /** By bucket, oldest first. */
  series: number[]
  meaning: Meaning | null
  /** What was done, among the latest replies. */
  did: Record<string, number>
  /** The newest first. Texts are remote. */
  latest: SeenReply[]
}

/** Answer of `GET api/why`. */
export interface WhyAnswer {
  bucketSeconds: number
  /** ms since the epoch of each bucket's beginning. */
  times: number[]
  attempts: number
  /** Those with most replies first. */
  rules: RuleView[]
}

/** Replies by rule over time, with what they mean and what was done. */
export async function why(engine: Engine, book: ReplyBook, window: RateWindow): Promise<WhyAnswer> {
  const [rates] = await Promise.all([engine.rates({ window }), book.load()])
  const ids = Object.entries(rates.rules).toSorted(([, a], [, b]) => b - a)
  return {
    bucketSeconds: rates.bucketSeconds,
    times: rates.buckets.map(({ at }) => at),
    attempts: rates.attempts,
    rules: ids.map(([rule, count]) => {
      const { did, latest } = book.ofRule(rule)
      const series = rates.buckets.map((bucket) => bucket.rules[rule] ?? 0)
      return { rule, count, series, meaning: meaningOf(rule), did, latest }
    }),
  }
}

/** Answer of `POST api/explain`. */
export interface ExplainAnswer {
  /** The rule that decided; `null`: the reply is not known to be Apple's. */
  meaning: Meaning | null
  whose: string
  fault: string
  disposition: string
  confidence: string
  notes: readonly string[]
  shadowed: Explanation['shadowed']
}

/** What a reply means that somebody pastes. */
export function explainReply(reply: string, recipient: string | null, mx: string | null): ExplainAnswer {
  const explanation = explain(reply, { recipient, mx })
  const { verdict, rule, whose, notes, shadowed } = explanation
  return {
    meaning: meaningOf(rule?.id ?? null),
    whose,
    fault: verdict.fault,
    disposition: verdict.disposition,
    confidence: verdict.confidence,
    notes,
    shadowed,
  }
}
