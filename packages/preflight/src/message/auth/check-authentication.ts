import type { Lookups } from '../../dns/lookups.ts'
import {
  alignmentFindings,
  forecastAlignment,
  type AlignmentForecast,
  type Identity,
} from '../../domain/alignment.ts'
import { checkDkimKey } from '../../domain/dkim/check-dkim-key.ts'
import { dmarcFindings } from '../../domain/dmarc/dmarc-findings.ts'
import { findDmarc } from '../../domain/dmarc/dmarc-record.ts'
import { checkSpfIp, type SpfOfIp } from '../../domain/spf/check-spf-ip.ts'
import { spfIpFinding } from '../../domain/spf/spf-ip-finding.ts'
import { found, type Finding } from '../../findings/finding.ts'
import type { HeaderBlock } from '../header-block.ts'
import { checkSignatures, type Signature, type Signer } from './check-signatures.ts'

export interface AuthenticationReport {
  fromDomain: string
  signatures: readonly Signature[]
  /** `null` without a sending IP. */
  spf: (SpfOfIp & { domain: string }) | null
  forecast: AlignmentForecast
}

export interface AuthenticationRequest {
  bytes: Buffer
  headers: HeaderBlock
  fromDomain: string
  returnPathDomain: string
  ip: string | null
  willSign: readonly Signer[]
  now: number
}

/** What Apple will find of SPF, DKIM and DMARC. */
export async function checkAuthentication(
  request: AuthenticationRequest,
  lookups: Lookups,
): Promise<{ report: AuthenticationReport; findings: Finding[] }> {
  const { bytes, headers, fromDomain, returnPathDomain, ip, willSign, now } = request
  const [signed, later, spf, dmarc] = await Promise.all([
    checkSignatures(bytes, headers, lookups, now),
    Promise.all(willSign.map(({ domain, selector }) => checkDkimKey(lookups, domain, selector))),
    ip === null ? null : checkSpfIp(lookups, returnPathDomain, ip),
    findDmarc(lookups, fromDomain),
  ])
  const findings = [
    ...signed.findings,
    ...later.flatMap((key) => key.findings),
    ...dmarcFindings(dmarc, fromDomain),
  ]
  if (signed.isVerified && signed.signatures.length === 0 && later.length === 0)
    findings.push(found('dkim-missing', { where: 'header DKIM-Signature', evidence: 'not there' }))
  if (spf !== null) findings.push(...spfIpFinding(spf, returnPathDomain))
  const evidence = {
    fromDomain,
    spf: spf === null ? null : { domain: returnPathDomain, result: passingOf(spf) },
    dkim: [
      ...signed.signatures,
      ...(signed.isVerified ? [] : [{ domain: fromDomain, result: 'unknown' as const }]),
      ...later.map(({ domain, isUsable }): Identity => ({
        domain,
        result: isUsable === null ? 'unknown' : isUsable ? 'pass' : 'fail',
      })),
    ],
    record: dmarc.kind === 'record' ? dmarc.record : dmarc.kind === 'no-answer' ? undefined : null,
  }
  const forecast = forecastAlignment(evidence)
  findings.push(...alignmentFindings(forecast, evidence))
  return {
    report: {
      fromDomain,
      signatures: signed.signatures,
      spf: spf && { ...spf, domain: returnPathDomain },
      forecast,
    },
    findings,
  }
}

export function passingOf({ result }: SpfOfIp): Identity['result'] {
  return result === 'pass' ? 'pass' : result === 'temperror' ? 'unknown' : 'fail'
}
