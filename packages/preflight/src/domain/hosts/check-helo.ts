import { isIP } from 'node:net'
import { plainIp, plainName, type Lookups } from '../../dns/lookups.ts'
import { found, type Finding } from '../../findings/finding.ts'
import { listed } from '../../findings/shown.ts'

/** The name that the sending host says in HELO or EHLO. */
export async function checkHelo(lookups: Lookups, helo: string, ips: readonly string[]): Promise<Finding[]> {
  const where = 'HELO'
  const name = plainName(helo.trim())
  const isName = /^[\w-]{1,63}(\.[\w-]{1,63})+$/.test(name) && isIP(name) === 0
  if (!isName || /\.(?:local|localdomain|internal|lan|home)$/.test(name))
    return [found('helo-not-a-name', { where, evidence: helo })]
  const answer = await lookups.addresses(name)
  if (answer.kind === 'no-answer') return []
  if (answer.kind === 'none') return [found('helo-not-found', { where, evidence: helo })]
  const addresses = answer.records.map((address) => plainIp(address))
  if (ips.length === 0 || ips.some((ip) => addresses.includes(ip))) return []
  return [found('helo-other-ip', { where, evidence: `${helo} leads to ${listed(answer.records)}` })]
}
