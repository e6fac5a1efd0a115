import { found, type Finding } from '../findings/finding.ts'
import { isSameOrganisation } from '../organisation.ts'
import type { DmarcRecord } from './dmarc/dmarc-record.ts'

/** `unknown`: DNS gave no answer, or it was not asked. */
export type Passing = 'pass' | 'fail' | 'unknown'

export interface Identity {
  domain: string
  result: Passing
}

/** What receivers will make of a message as a whole. */
export interface AlignmentForecast {
  spf: Passing
  dkim: Passing
  /** An aligned pass of either; without a DMARC record the same with relaxed alignment. */
  dmarc: Passing
}

export interface AlignmentEvidence {
  fromDomain: string
  spf: Identity | null
  dkim: readonly Identity[]
  record: DmarcRecord | null
}

export function forecastAlignment({ fromDomain, spf, dkim, record }: AlignmentEvidence): AlignmentForecast {
  const isAligned = (domain: string, isStrict: boolean): boolean =>
    isStrict ? domain === fromDomain : isSameOrganisation(domain, fromDomain)
  const aligned = [
    ...(spf !== null && isAligned(spf.domain, record?.isStrictSpf ?? false) ? [spf] : []),
    ...dkim.filter(({ domain }) => isAligned(domain, record?.isStrictDkim ?? false)),
  ]
  return {
    spf: spf?.result ?? 'unknown',
    dkim: best(dkim.map(({ result }) => result)),
    // What was not asked could have passed: the sending IP may be covered.
    dmarc:
      spf === null && best(aligned.map(({ result }) => result)) === 'fail'
        ? 'unknown'
        : best(aligned.map(({ result }) => result)),
  }
}

function best(results: readonly Passing[]): Passing {
  if (results.includes('pass')) return 'pass'
  return results.includes('unknown') ? 'unknown' : 'fail'
}

/** What the forecast means. Both may be said: the two replies have different causes. */
export function alignmentFindings(forecast: AlignmentForecast, evidence: AlignmentEvidence): Finding[] {
  const findings: Finding[] = []
  const where = `From ${evidence.fromDomain}`
  const seen = [
    evidence.spf === null ? 'SPF not known' : `SPF of ${evidence.spf.domain}: ${evidence.spf.result}`,
    evidence.dkim.length === 0
      ? 'no DKIM'
      : evidence.dkim.map(({ domain, result }) => `DKIM of ${domain}: ${result}`).join(', '),
  ].join('; ')
  if (forecast.spf === 'fail' && forecast.dkim === 'fail')
    findings.push(found('authentication-will-fail', { where, evidence: seen }))
  if (forecast.dmarc === 'fail') {
    const policy = evidence.record?.policy
    findings.push(
      found('dmarc-will-fail', {
        where,
        evidence: `${seen}; policy ${policy ?? 'not published'}`,
        // Without a policy nobody refuses for DMARC, though it still harms the standing.
        severity: policy === 'reject' || policy === 'quarantine' ? 'error' : 'warning',
      }),
    )
  }
  return findings
}
