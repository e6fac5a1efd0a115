import { RootStore, vmc, type Mark } from '@postalsys/vmc'
import { found, type Finding } from '../../findings/finding.ts'
import type { FindingCode } from '../../findings/kinds.ts'
import { organisation } from '../../organisation.ts'
import { chainFault } from './certificate-chain.ts'

const days30 = 30 * 86_400_000

export interface MarkContext {
  domain: string
  selector: string
  /** The logo at l=; `null` if it could not be had. */
  logo: Buffer | null
  /** Issuers besides the known ones, PEM. */
  issuers: readonly string[]
  now: number
  where: string
}

/** A VMC or CMC: its chain, dates, domain and logo. */
export async function checkMark(
  pem: Buffer,
  { domain, selector, logo, issuers, now, where }: MarkContext,
): Promise<Finding[]> {
  const see = (code: FindingCode, evidence: string): Finding[] => [found(code, { where, evidence })]
  const rootStore = RootStore.create()
  for (const issuer of issuers) rootStore.addCert(issuer)
  let mark: Mark
  try {
    const fault = chainFault(pem.toString('latin1'), rootStore.rootCerts)
    if (fault !== null) return see('bimi-certificate-invalid', fault)
    mark = await vmc(pem, { rootStore, now: new Date(now) })
  } catch (error) {
    const { message } = error as Error
    return see(
      /expired or is not yet valid/.test(message) ? 'bimi-certificate-expired' : 'bimi-certificate-invalid',
      message,
    )
  }
  if (mark.validHash !== true)
    return see('bimi-certificate-invalid', 'the logo inside does not have the hash that was certified')
  const findings: Finding[] = []
  const { subjectAltName, validTo } = mark.certificate
  if (Date.parse(validTo) - now < days30)
    findings.push(...see('bimi-certificate-expires-soon', `on ${validTo.slice(0, 10)}`))
  if (mark.type === 'CMC')
    findings.push(...see('bimi-common-mark', mark.certificate.subject?.markType ?? 'CMC'))
  const names = subjectAltName.map((name) => name.toLowerCase())
  if (
    ![domain, organisation(domain)].some(
      (one) => names.includes(one) || names.includes(`${selector}._bimi.${one}`),
    )
  )
    findings.push(...see('bimi-certificate-other-domain', names.join(', ')))
  if (logo !== null && !logo.equals(Buffer.from(mark.logoFile ?? '', 'base64')))
    findings.push(...see('bimi-logo-differs', `${mark.type}: the certified logo is another file`))
  return findings
}
