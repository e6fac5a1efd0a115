import type { Attempt } from './attempt.ts'
import type { Policy } from '../policy/policy.ts'

/**
 * Whether a reply about authentication tells of what this sender does. A refusal for another domain is about forwarded
 * mail, most likely: it says nothing about whoever forwards it. Pure.
 *
 * @param named the From domain, as the reply names it
 */
export function isOwnDomain(
  named: string | undefined,
  { senderDomain, fromDomain }: Pick<Attempt, 'senderDomain' | 'fromDomain'>,
  { ownDomains }: Pick<Policy, 'ownDomains'>,
): boolean {
  const domains = [named?.toLowerCase(), fromDomain].filter((domain) => domain != null)
  if (ownDomains !== null)
    return domains.length > 0 && domains.every((domain) => ownDomains.some((own) => isBelow(domain, own)))
  return (
    senderDomain === null ||
    domains.every((domain) => isBelow(domain, senderDomain) || isBelow(senderDomain, domain))
  )
}

/** The same, or a subdomain. */
function isBelow(domain: string, base: string): boolean {
  return domain === base || domain.endsWith(`.${base}`)
}
