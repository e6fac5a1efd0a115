import { found, type Finding } from '../../findings/finding.ts'
import type { SpfOfIp } from './check-spf-ip.ts'

/** One IP against the record. What is wrong with the record itself is said by its own findings. */
export function spfIpFinding({ ip, result, comment }: SpfOfIp, domain: string): Finding[] {
  const where = `SPF ${domain}`
  if (result === 'pass' || result === 'temperror') return []
  if (result === 'none') return [found('spf-missing', { where, evidence: 'no record' })]
  return [
    found('spf-ip-not-covered', {
      where,
      evidence: `${ip}: ${result}${comment === '' ? '' : ` (${comment})`}`,
    }),
  ]
}
