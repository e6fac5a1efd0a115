import type { Lookups } from '../../dns/lookups.ts'
import { found, type Finding } from '../../findings/finding.ts'
import { listed } from '../../findings/shown.ts'

/** Whether bounces have somewhere to go: Apple asks before it takes mail. */
export async function checkReturnPath(lookups: Lookups, domain: string): Promise<Finding[]> {
  const where = `MX ${domain}`
  const mx = await lookups.mx(domain)
  if (mx.kind === 'no-answer') return []
  if (mx.kind === 'none') {
    const addresses = await lookups.addresses(domain)
    return addresses.kind === 'none'
      ? [found('return-path-not-found', { where, evidence: 'neither MX nor address' })]
      : []
  }
  const hosts = mx.records.map(({ exchange }) => exchange)
  if (hosts.every((host) => host === '')) return [found('return-path-null-mx', { where, evidence: 'MX 0 .' })]
  const answers = await Promise.all(hosts.slice(0, 10).map((host) => lookups.addresses(host)))
  if (answers.some(({ kind }) => kind !== 'none')) return []
  return [found('return-path-mx-not-found', { where, evidence: listed(hosts) })]
}
