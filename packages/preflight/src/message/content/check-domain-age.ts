import { found, type Finding } from '../../findings/finding.ts'
import { reason } from '../../findings/reason.ts'
import { organisation } from '../../organisation.ts'

/**
 * When a domain was registered, in ms since the epoch; `null` if the registry does not say. `rdapLookup()` is one, asked over the
 * network; a cache or a table of your own will do as well.
 */
export type DomainAge = (domain: string) => Promise<number | null>

const days30 = 30 * 86_400_000
/** Registries answer slowly and count questions. */
const mostDomains = 10

export async function checkDomainAge(
  hosts: readonly string[],
  ageOf: DomainAge,
  now: number,
): Promise<Finding[]> {
  const domains = [...new Set(hosts.filter((host) => /[a-z]$/i.test(host)).map(organisation))].slice(
    0,
    mostDomains,
  )
  const findings = await Promise.all(
    domains.map(async (domain) => {
      const where = `domain ${domain}`
      try {
        const registered = await ageOf(domain)
        if (registered === null || now - registered >= days30) return []
        const evidence = `registered on ${new Date(registered).toISOString().slice(0, 10)}`
        return [found('domain-young', { where, evidence })]
      } catch (error) {
        return [found('domain-age-unknown', { where, evidence: reason(error) })]
      }
    }),
  )
  return findings.flat()
}
