import { validateSvg } from 'mailauth/lib/bimi/validate-svg.js'
import type { Lookups } from '../../dns/lookups.ts'
import { found, type Finding } from '../../findings/finding.ts'
import { reason } from '../../findings/reason.ts'
import { isPartial } from '../dmarc/check-dmarc.ts'
import type { FoundDmarc } from '../dmarc/dmarc-record.ts'
import { findBimi, type BimiRecord } from './bimi-record.ts'
import { fetchFile, type FetchFile } from './fetch-file.ts'

export interface BimiOptions {
  /** Default: `default`. */
  selector?: string
  /** Fetches logo and certificate; `false` fetches nothing. Default: the global `fetch`, https only, no redirects, 1 MiB. */
  fetch?: FetchFile | false
  /** ms for each file. Default: 10000. */
  timeoutMs?: number
  /** Issuers of mark certificates besides the known ones, PEM. Default: none. */
  issuers?: readonly string[]
}

export async function checkBimi(
  lookups: Lookups,
  domain: string,
  dmarc: FoundDmarc,
  now: number,
  options: BimiOptions = {},
): Promise<Finding[]> {
  const selector = options.selector ?? 'default'
  const bimi = await findBimi(lookups, domain, selector)
  const where = `TXT ${selector}._bimi.${domain}`
  if (bimi.kind === 'broken') return [found('bimi-record-invalid', { where, evidence: bimi.evidence })]
  if (bimi.kind !== 'record')
    return bimi.kind === 'none' ? [found('bimi-missing', { where, evidence: 'no record' })] : []
  // An empty l= says that no logo is wanted.
  if (bimi.record.logo === '') return []
  const findings: Finding[] = []
  if (
    dmarc.kind === 'record' &&
    (dmarc.record.policy === 'none' || isPartial(dmarc.record) || dmarc.record.tags.get('sp') === 'none')
  )
    findings.push(
      found('bimi-policy-too-lax', {
        where: `TXT _dmarc.${dmarc.record.domain}`,
        evidence: dmarc.record.record,
      }),
    )
  return [...findings, ...(await checkFiles(bimi.record, { ...options, domain, selector, now }))]
}

async function checkFiles(
  { record, logo: logoUrl, certificate: certificateUrl }: BimiRecord,
  context: BimiOptions & { domain: string; selector: string; now: number },
): Promise<Finding[]> {
  const { domain, selector, now, fetch = globalThis.fetch, timeoutMs = 10_000, issuers = [] } = context
  const findings: Finding[] = []
  if (certificateUrl === '')
    findings.push(
      found('bimi-no-certificate', { where: `TXT ${selector}._bimi.${domain}`, evidence: record }),
    )
  if (fetch === false) return findings
  const get = async (url: string): Promise<Buffer | null> => {
    try {
      return await fetchFile(fetch, url, timeoutMs)
    } catch (error) {
      findings.push(found('bimi-not-checked', { where: url, evidence: reason(error) }))
      return null
    }
  }
  const [logo, certificate] = await Promise.all([
    get(logoUrl),
    certificateUrl === '' ? null : get(certificateUrl),
  ])
  if (logo !== null) findings.push(...checkLogo(logo, logoUrl))
  if (certificate !== null) {
    // Loaded only here: the parts for ASN.1 take a while, and few domains have a certificate.
    const { checkMark } = await import('./check-mark.ts')
    findings.push(
      ...(await checkMark(certificate, { domain, selector, logo, issuers, now, where: certificateUrl })),
    )
  }
  return findings
}

/** What mailbox providers take at most. */
const mostLogo = 32 * 1024

function checkLogo(logo: Buffer, where: string): Finding[] {
  if (logo.length > mostLogo)
    return [found('bimi-logo-invalid', { where, evidence: `${logo.length} bytes; 32 KiB are allowed` })]
  // Entities could make much of little, and no logo needs them.
  if (logo.includes('<!ENTITY'))
    return [found('bimi-logo-invalid', { where, evidence: 'it declares entities' })]
  try {
    validateSvg(logo)
    return []
  } catch (error) {
    return [found('bimi-logo-invalid', { where, evidence: (error as Error).message })]
  }
}
