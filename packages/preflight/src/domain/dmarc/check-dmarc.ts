import type { Lookups } from '../../dns/lookups.ts'
import { found, type Finding } from '../../findings/finding.ts'
import { organisation } from '../../organisation.ts'
import { dmarcFindings } from './dmarc-findings.ts'
import type { DmarcRecord, FoundDmarc } from './dmarc-record.ts'

/** The record, its policy and where its reports go. */
export async function checkDmarc(lookups: Lookups, domain: string, dmarc: FoundDmarc): Promise<Finding[]> {
  if (dmarc.kind !== 'record') return dmarcFindings(dmarc, domain)
  const { record } = dmarc
  const where = `TXT _dmarc.${record.domain}`
  const findings: Finding[] = []
  if (record.policy === 'none') findings.push(found('dmarc-policy-none', { where, evidence: record.record }))
  else if (isPartial(record)) findings.push(found('dmarc-partial', { where, evidence: record.record }))
  return [...findings, ...(await checkReports(lookups, record, where))]
}

export function isPartial({ tags }: DmarcRecord): boolean {
  return Number(tags.get('pct') ?? 100) < 100 || tags.get('t')?.toLowerCase() === 'y'
}

async function checkReports(
  lookups: Lookups,
  { domain, record, tags }: DmarcRecord,
  where: string,
): Promise<Finding[]> {
  const targets = Array.from(
    (tags.get('rua') ?? '').matchAll(/mailto:[^\s,;!]{1,200}@([\w.-]{1,253})/gi),
    ([, host = '']) => host.toLowerCase(),
  )
  if (targets.length === 0) return [found('dmarc-no-rua', { where, evidence: record })]
  const findings: Finding[] = []
  for (const target of new Set(targets.slice(0, 10))) {
    if (organisation(target) === organisation(domain)) continue
    const name = `${domain}._report._dmarc.${target}`
    const answer = await lookups.txt(name)
    const isAllowed =
      answer.kind === 'no-answer' ||
      (answer.kind === 'records' && answer.records.some((text) => /^v=DMARC1\b/i.test(text)))
    if (!isAllowed)
      findings.push(found('dmarc-rua-not-authorised', { where: `TXT ${name}`, evidence: 'no record' }))
  }
  return findings
}
