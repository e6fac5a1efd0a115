import type { Lookups } from '../../dns/lookups.ts'
import { plainIp } from '../../dns/lookups.ts'
import { found, type Finding } from '../../findings/finding.ts'
import { listed } from '../../findings/shown.ts'
import { isSameOrganisation } from '../../organisation.ts'

export interface ReverseDns {
  ip: string
  /** `null`: no answer. */
  names: readonly string[] | null
  /** A name that leads back to the IP; `null` if none is known to. */
  confirmed: string | null
}

/** Reverse DNS that confirms forward. */
export async function checkIp(
  lookups: Lookups,
  ip: string,
  domain: string,
): Promise<{ report: ReverseDns; findings: Finding[] }> {
  const answer = await lookups.ptr(ip)
  const where = `PTR ${ip}`
  if (answer.kind === 'no-answer') return { report: { ip, names: null, confirmed: null }, findings: [] }
  if (answer.kind === 'none')
    return {
      report: { ip, names: [], confirmed: null },
      findings: [found('ip-no-ptr', { where, evidence: 'no record' })],
    }
  const names = answer.records.slice(0, 10)
  const forward = await Promise.all(names.map((name) => lookups.addresses(name, ip.includes(':') ? 6 : 4)))
  const confirmed = names.find((_, index) => {
    const addresses = forward[index]
    return addresses?.kind === 'records' && addresses.records.some((address) => plainIp(address) === ip)
  })
  const report = { ip, names, confirmed: confirmed ?? null }
  const evidence = listed(names)
  if (confirmed === undefined) {
    const isKnown = forward.every(({ kind }) => kind !== 'no-answer')
    return { report, findings: isKnown ? [found('ip-ptr-not-confirmed', { where, evidence })] : [] }
  }
  const findings: Finding[] = []
  if (looksGeneric(confirmed, ip)) findings.push(found('ip-ptr-generic', { where, evidence }))
  else if (!names.some((name) => isSameOrganisation(name, domain)))
    findings.push(found('ip-ptr-other-domain', { where, evidence }))
  return { report, findings }
}

/** `192-0-2-10.dsl.example.net`, `ec2-192-0-2-10...`, `host10.dynamic.example.net`. */
function looksGeneric(name: string, ip: string): boolean {
  if (
    /(?:^|[.-])(?:dynamic|dyn|dhcp|dial-?up|dsl|adsl|pppoe|pool|cable|static-ip|compute|unassigned)(?=[\d.-]|$)/i.test(
      name,
    )
  )
    return true
  const parts = ip.split('.')
  if (parts.length !== 4) return false
  const numbers = (name.match(/\d+/g) ?? []).map(Number).join(' ')
  const own = parts.map(Number)
  return (
    ` ${numbers} `.includes(` ${own.join(' ')} `) ||
    ` ${numbers} `.includes(` ${own.toReversed().join(' ')} `)
  )
}
