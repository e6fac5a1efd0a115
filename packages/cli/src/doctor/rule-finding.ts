import { rules } from '@icloud-delivery/rules'
import type { AnyFinding } from '../findings/any-finding.ts'

const byId = new Map(rules.map((rule) => [rule.id, rule]))
const mostFixes = 2

/** A finding that replies of Apple's led to, in the words of their rule. */
export function ruleFinding(
  id: string,
  { severity, where, evidence }: Pick<AnyFinding, 'severity' | 'where' | 'evidence'>,
): AnyFinding {
  const rule = byId.get(id)
  return {
    code: id,
    severity,
    risks: rule === undefined ? [] : [id],
    title: rule?.title ?? 'Replies that no rule knows',
    evidence: evidence.slice(0, 500),
    fix:
      rule?.fixes.slice(0, mostFixes).join('. ') ??
      'Look at them: icloud-delivery watch, icloud-delivery replay.',
    where,
  }
}
