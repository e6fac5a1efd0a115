import { found, type Finding } from '../../findings/finding.ts'
import { listed } from '../../findings/shown.ts'
import { organisation } from '../../organisation.ts'

/** @param previous the hosts of the last send, as its report gave them */
export function checkHostsChanged(
  hosts: readonly string[],
  previous: readonly string[] | undefined,
): Finding[] {
  if (previous === undefined) return []
  const known = new Set(previous.map((host) => organisation(host.toLowerCase())))
  const fresh = hosts.map(organisation).filter((domain) => !known.has(domain))
  return fresh.length === 0
    ? []
    : [found('link-hosts-changed', { where: 'links', evidence: `new: ${listed(fresh)}` })]
}
