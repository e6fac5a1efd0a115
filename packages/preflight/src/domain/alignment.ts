import { found, type Finding } from '../findings/finding.ts'
import { isSameOrganisation } from '../organisation.ts'
import type { DmarcRecord } from './dmarc/dmarc-record.ts'

/** `unknown`: DNS gave no answer, or it was not asked. */
export type Passing = 'pass' | 'fail' | 'unknown'

export interface Identity {
  domain: string
  result: Passing
}

/** What receivers will make of a message as a whole. `unknown` where no IP was given (SPF), or no selector (DKIM), or DNS gave no answer. */
export interface AlignmentForecast {
  spf: Passing
  dkim: Passing
  /** An aligned pass of either; without a DMARC record the same with relaxed alignment. */
  dmarc: Passing
}

export interface AlignmentEvidence {
  fromDomain: string
  spf: Identity | null
  /** `null`: it is not known who signs. */
  dkim: readonly Identity[] | null
  /** `null`: there is none, or none that can be used; `undefined`: DNS gave no answer. */
  record: DmarcRecord | null | undefined
}

export function forecastAlignment({ fromDomain, spf, dkim, record }: AlignmentEvidence): AlignmentForecast {
  const alignedBy = (isStrict: boolean, identities: readonly Identity[]): Passing[] =>
    identities.flatMap(({ domain, result }) => {
      if (domain === fromDomain) return [result]
      if (isStrict || !isSameOrganisation(domain, fromDomain)) return []
      // The record that was not seen may ask for the very same domain.
      return [record === undefined && result === 'pass' ? 'unknown' : result]
    })
  const dmarc = best([
    ...alignedBy(record?.isStrictSpf ?? false, spf === null ? [] : [spf]),
    ...alignedBy(record?.isStrictDkim ?? false, dkim ?? []),
  ])
  return {
    spf: spf?.result ?? 'unknown',
    dkim: dkim === null ? 'unknown' : best(dkim.map(({ result }) => result)),
    // What was not asked could have passed.
    dmarc: dmarc === 'fail' && (spf === null || dkim === null) ? 'unknown' : dmarc,
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
    evidence.dkim === null || evidence.dkim.length === 0
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
        evidence: `${seen}; policy ${policy ?? (evidence.record === null ? 'not published' : 'not known')}`,
        // Without a policy nobody refuses for DMARC, though it still harms the standing.
        severity: policy === 'reject' || policy === 'quarantine' ? 'error' : 'warning',
      }),
    )
  }
  return findings
}
