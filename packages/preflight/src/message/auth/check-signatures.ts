import { dkimVerify } from 'mailauth/lib/dkim/verify.js'
import type { Lookups } from '../../dns/lookups.ts'
import { checkDkimKey } from '../../domain/dkim/check-dkim-key.ts'
import type { Passing } from '../../domain/alignment.ts'
import { found, type Finding } from '../../findings/finding.ts'
import { valuesOf, type HeaderBlock } from '../header-block.ts'

export interface Signature {
  domain: string
  selector: string
  result: Passing
  /** Names of the headers that it covers, lower case. */
  covers: readonly string[]
}

/** A signer that a later hop applies, such as Haraka’s. */
export interface Signer {
  domain: string
  selector: string
}

/** Each costs a pass over the body and a question to DNS. */
const mostSignatures = 10
/** ms that the clocks of signer and checker may differ by. */
const clockTolerance = 300_000

/** Verifies the signatures that a message carries. */
export async function checkSignatures(
  bytes: Buffer,
  headers: HeaderBlock,
  lookups: Lookups,
  now: number,
): Promise<{ signatures: Signature[]; isVerified: boolean; findings: Finding[] }> {
  const count = valuesOf(headers, 'dkim-signature').length
  if (count === 0) return { signatures: [], isVerified: true, findings: [] }
  if (count > mostSignatures) {
    const evidence = `${count} signatures; up to ${mostSignatures} are verified`
    return {
      signatures: [],
      isVerified: false,
      findings: [found('content-not-checked', { where: 'header DKIM-Signature', evidence })],
    }
  }
  const { results } = await dkimVerify(bytes, {
    resolver: lookups.forMailauth,
    curTime: new Date(now),
    minBitLength: 1024,
    rejectRsaSha1: true,
  })
  const signatures: Signature[] = []
  const findings: Finding[] = []
  for (const result of results) {
    const domain = (result.signingDomain ?? '').toLowerCase()
    const selector = result.selector ?? ''
    const where = `DKIM-Signature d=${domain} s=${selector}`
    const { status } = result
    const { signTime, expiresAfter } = result as { signTime?: string; expiresAfter?: string }
    const isOutOfTime =
      Date.parse(signTime ?? '') > now + clockTolerance || Date.parse(expiresAfter ?? '') < now
    const passing: Passing =
      status.result === 'temperror' ? 'unknown' : status.result === 'pass' && !isOutOfTime ? 'pass' : 'fail'
    signatures.push({
      domain,
      selector,
      result: passing,
      covers: (result.signingHeaders?.keys ?? '').toLowerCase().split(/\s*:\s*/),
    })
    const key = await checkDkimKey(lookups, domain, selector)
    findings.push(...key.findings)
    if (/sha1$/i.test(result.algo ?? ''))
      findings.push(found('dkim-sha1', { where, evidence: result.algo ?? '' }))
    else if (isOutOfTime)
      findings.push(
        found('dkim-expired', {
          where,
          evidence: `signed ${signTime ?? '?'}, expires ${expiresAfter ?? 'never'}`,
        }),
      )
    else if (passing === 'fail' && key.isUsable === true)
      findings.push(found('dkim-signature-invalid', { where, evidence: status.comment || status.result }))
    if (status.underSized !== undefined && status.underSized > 0)
      findings.push(
        found('dkim-unsigned-part', { where, evidence: `l= leaves ${status.underSized} bytes out` }),
      )
  }
  // One that passes is enough, as with two signers of whom one is broken.
  const hasPass = signatures.some(({ result }) => result === 'pass')
  const milder = findings.map((one) =>
    hasPass && one.severity === 'error' ? { ...one, severity: 'warning' as const } : one,
  )
  return { signatures, isVerified: true, findings: [...milder, ...checkCoverage(signatures, headers)] }
}

function checkCoverage(signatures: readonly Signature[], headers: HeaderBlock): Finding[] {
  const passing = signatures.filter(({ result }) => result === 'pass')
  if (passing.length === 0) return []
  const isCovered = (name: string): boolean => passing.some(({ covers }) => covers.includes(name))
  const findings: Finding[] = []
  const uncovered = ['subject', 'to', 'date'].filter(
    (name) => valuesOf(headers, name).length > 0 && !isCovered(name),
  )
  if (uncovered.length > 0)
    findings.push(
      found('dkim-unsigned-part', {
        where: 'header DKIM-Signature',
        evidence: `h= leaves out ${uncovered.join(', ')}`,
      }),
    )
  const hasOneClick = valuesOf(headers, 'list-unsubscribe-post').length > 0
  if (hasOneClick && !(isCovered('list-unsubscribe') && isCovered('list-unsubscribe-post')))
    findings.push(
      found('list-unsubscribe-unsigned', {
        where: 'header DKIM-Signature',
        evidence: 'h= leaves out List-Unsubscribe or List-Unsubscribe-Post',
      }),
    )
  return findings
}
