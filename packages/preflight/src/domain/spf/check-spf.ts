import type { Lookups } from '../../dns/lookups.ts'
import { found, type Finding } from '../../findings/finding.ts'
import { listed } from '../../findings/shown.ts'
import { checkSpfIp, type SpfOfIp } from './check-spf-ip.ts'
import { spfIpFinding } from './spf-ip-finding.ts'
import { walkSpf, type SpfWalk } from './walk-spf.ts'

export interface SpfReport {
  /** Whose record it is: the return-path domain. */
  domain: string
  record: string | null
  /** Look-ups that the record needs; receivers allow 10. */
  lookups: number
  ips: readonly SpfOfIp[]
}

/** An address that is nobody’s, to have a record evaluated that no IP was given for. */
const nobody = '192.0.2.1'

export async function checkSpf(
  lookups: Lookups,
  domain: string,
  ips: readonly string[],
  helo?: string,
): Promise<{ report: SpfReport; findings: Finding[] }> {
  const answer = await lookups.txt(domain)
  const report = { domain, record: null, lookups: 0, ips: [] }
  if (answer.kind === 'no-answer') return { report: { ...report, ips: ips.map(unknown) }, findings: [] }
  const walk = await walkSpf(lookups, domain)
  const where = `TXT ${domain}`
  if (walk.record === null) {
    const records = answer.kind === 'records' ? answer.records.filter((text) => /^v=spf1\b/i.test(text)) : []
    const finding =
      walk.count > 1
        ? found('spf-multiple', { where, evidence: records.join(' | ') })
        : found('spf-missing', { where, evidence: 'no record' })
    const result = walk.count > 1 ? 'permerror' : 'none'
    return { report: { ...report, ips: ips.map((ip) => ({ ip, result, comment: '' })) }, findings: [finding] }
  }
  const results = await Promise.all(ips.map((ip) => checkSpfIp(lookups, domain, ip, helo)))
  const [first = await checkSpfIp(lookups, domain, nobody)] = results
  const findings = recordFindings(walk, where, first)
  const isBroken = findings.some(({ severity }) => severity === 'error')
  for (const one of results) {
    // If the record fails as a whole, that is said once and not for each IP.
    if (one.result !== 'permerror' || !isBroken) findings.push(...spfIpFinding(one, domain))
  }
  return { report: { domain, record: walk.record, lookups: walk.lookups.length, ips: results }, findings }
}

function recordFindings(walk: SpfWalk, where: string, { result, comment }: SpfOfIp): Finding[] {
  const findings: Finding[] = []
  const isTooMany = walk.lookups.length > 10
  if (isTooMany)
    findings.push(
      found('spf-too-many-lookups', {
        where,
        evidence: `${walk.lookups.length}: ${listed(walk.lookups, 12)}`,
      }),
    )
  if (walk.voids.length > 2)
    findings.push(found('spf-too-many-void-lookups', { where, evidence: listed(walk.voids) }))
  if (walk.broken.length > 0)
    findings.push(found('spf-broken-include', { where, evidence: listed(walk.broken) }))
  if (result === 'permerror' && findings.length === 0)
    findings.push(found('spf-syntax', { where, evidence: `${comment}: ${walk.record}` }))
  if (walk.all === '+') findings.push(found('spf-pass-all', { where, evidence: walk.record ?? '' }))
  else if (walk.all !== '-' && walk.all !== '~' && findings.length === 0)
    findings.push(found('spf-no-all', { where, evidence: walk.record ?? '' }))
  if (walk.usesPtr)
    findings.push(
      found('spf-ptr', { where, evidence: listed(walk.lookups.filter((term) => term.startsWith('ptr:'))) }),
    )
  return findings
}

function unknown(ip: string): SpfOfIp {
  return { ip, result: 'temperror', comment: 'no answer from DNS' }
}
