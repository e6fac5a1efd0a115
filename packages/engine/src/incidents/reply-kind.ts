import type { Verdict } from '@icloud-delivery/rules'

/** The rule that is Apple's own word for an outage. */
export const announcement = 'directory-outage'

/**
 * What an incident covers: the id of a rule; for a reply that no rule knows, with its tag or enhanced code, as
 * `local-policy/ZZ9`. `null` for what can be no incident, as it is retried or held anyway.
 */
export function kindOf(verdict: Verdict): string | null {
  const { rule, provider, disposition } = verdict
  if (provider !== 'apple' || rule === null) return null
  if (rule === announcement) return rule
  if (disposition === 'retry' || disposition === 'hold') return null
  if (rule === 'local-policy' && verdict.tag !== null) return `${rule}/${verdict.tag}`
  if (rule !== 'unknown-permanent') return rule
  return `${rule}/${verdict.tag ?? verdict.enhanced ?? verdict.code ?? ''}`
}

/** The rule of a kind. */
export function ruleOfKind(kind: string): string {
  const end = kind.indexOf('/')
  return end < 0 ? kind : kind.slice(0, end)
}

/** Whether such a reply speaks of its recipient: then one stream is enough to see an incident. */
export function isAboutRecipient({ fault, disposition, rule }: Verdict): boolean {
  return (
    fault === 'recipient' ||
    fault === 'recipient-domain' ||
    rule === announcement ||
    (rule === 'unknown-permanent' && disposition === 'soft-bounce')
  )
}
