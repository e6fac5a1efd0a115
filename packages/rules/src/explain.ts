import type { ReplyContext, Verdict } from './verdict.ts'
import type { Rule } from './rule.ts'
/** A verdict with the reasons for it. */
export interface Explanation {
  verdict: Verdict
  rule: Rule | null
}
export function explain(_input: unknown, _context?: ReplyContext): Explanation { throw new Error('soon') }
