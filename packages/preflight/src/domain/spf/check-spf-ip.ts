import { spf } from 'mailauth/lib/spf/index.js'
import type { Lookups } from '../../dns/lookups.ts'

export interface SpfOfIp {
  ip: string
  result: 'pass' | 'fail' | 'softfail' | 'neutral' | 'none' | 'permerror' | 'temperror'
  /** What the evaluation says of it. Remote text. */
  comment: string
}

/** What receivers will find for mail from this IP with this return-path domain. */
export async function checkSpfIp(
  lookups: Lookups,
  domain: string,
  ip: string,
  helo?: string,
): Promise<SpfOfIp> {
  const { status } = await spf({
    sender: `postmaster@${domain}`,
    ip,
    helo: helo ?? domain,
    mta: 'preflight',
    resolver: lookups.forMailauth,
    strict: true,
  })
  const comment = (status.comment ?? '').replace(/^preflight: /, '')
  return { ip, result: status.result as SpfOfIp['result'], comment }
}
