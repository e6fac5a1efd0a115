import { Lookups } from '../dns/lookups.ts'
import type { DnsOptions } from '../dns/resolver.ts'
import { bySeverity, found, type Finding } from '../findings/finding.ts'
import { checkOptions } from '../options/check-options.ts'
import { domainShape } from '../options/domain-shape.ts'
import { readClock, readDomain, readIps, readReturnPath } from '../options/names.ts'
import { isSameOrganisation } from '../organisation.ts'
import {
  alignmentFindings,
  forecastAlignment,
  type AlignmentForecast,
  type Identity,
  type Passing,
} from './alignment.ts'
import { checkBimi, type BimiOptions } from './bimi/check-bimi.ts'
import { checkDkimKey, type DkimKey } from './dkim/check-dkim-key.ts'
import { checkDmarc } from './dmarc/check-dmarc.ts'
import { findDmarc, type DmarcRecord } from './dmarc/dmarc-record.ts'
import { checkHelo } from './hosts/check-helo.ts'
import { checkIp, type ReverseDns } from './hosts/check-ip.ts'
import { checkReturnPath } from './hosts/check-return-path.ts'
import { checkTls, type TlsTarget } from './hosts/check-tls.ts'
import { checkSpf, type SpfReport } from './spf/check-spf.ts'

export interface DomainOptions extends DnsOptions {
  /** Every IP that sends for the domain. Default: none, and SPF is looked at without one. */
  ips?: readonly string[]
  /** DKIM selectors that you sign with. Default: none, which is a finding. */
  selectors?: readonly string[]
  /** The name that your server says in HELO. Default: not looked at. */
  helo?: string
  /** The envelope sender, or its domain. Default: the domain itself. */
  returnPath?: string
  /** BIMI; `false` leaves it out. Default: the selector `default`, its files fetched over HTTPS. */
  bimi?: BimiOptions | false
  /** The server that mail leaves by. Default: not looked at. */
  tls?: TlsTarget
  /** ms since the epoch. Default: `Date.now`. */
  clock?: () => number
}

export interface DomainReport {
  domain: string
  /** The worst first. */
  findings: readonly Finding[]
  spf: SpfReport
  dkim: readonly Omit<DkimKey, 'findings'>[]
  /** `null` if none was found. */
  dmarc: Pick<DmarcRecord, 'domain' | 'record' | 'policy'> | null
  reverseDns: readonly ReverseDns[]
  /** What mail will pass if it is sent from the IPs and signed with the selectors. */
  forecast: AlignmentForecast
}

/**
 * Checks how a domain is set up to send: SPF, DKIM, DMARC, BIMI, reverse DNS, HELO, return-path, TLS.
 *
 * @throws PreflightError `EARGUMENT`
 */
export async function checkDomain(domain: string, options: DomainOptions = {}): Promise<DomainReport> {
  const name = readDomain(domain, 'checkDomain: the domain')
  checkOptions('checkDomain', options, domainShape)
  const ips = readIps(options.ips ?? [], 'ips')
  const returnPath =
    options.returnPath === undefined ? name : readReturnPath(options.returnPath, 'returnPath')
  const selectors = options.selectors ?? []
  const now = readClock(options.clock, 'checkDomain')
  const lookups = new Lookups(options)
  const dmarc = await findDmarc(lookups, name)
  const record = dmarc.kind === 'record' ? dmarc.record : null
  const [spf, dkim, dmarcFindings, bimi, hosts, helo, bounces, tls] = await Promise.all([
    checkSpf(lookups, returnPath, ips, options.helo),
    Promise.all(selectors.map((selector) => checkDkimKey(lookups, name, selector))),
    checkDmarc(lookups, name, dmarc),
    options.bimi === false ? [] : checkBimi(lookups, name, dmarc, now, options.bimi),
    Promise.all(ips.map((ip) => checkIp(lookups, ip, name))),
    options.helo === undefined ? [] : checkHelo(lookups, options.helo, ips),
    checkReturnPath(lookups, returnPath),
    options.tls === undefined ? [] : checkTls(options.tls, now),
  ])
  const evidence = {
    fromDomain: name,
    spf: ips.length === 0 ? null : { domain: returnPath, result: worstOf(spf.report) },
    // Without selectors nobody knows whether DKIM passes.
    dkim: selectors.length === 0 ? null : dkim.map(identityOf),
    record: dmarc.kind === 'no-answer' ? undefined : record,
  }
  const forecast = forecastAlignment(evidence)
  const findings = [
    ...spf.findings,
    ...dkim.flatMap((key) => key.findings),
    ...(selectors.length === 0 ? [found('dkim-not-checked', { where: name, evidence: 'no selectors' })] : []),
    ...dmarcFindings,
    ...(isSameOrganisation(returnPath, name)
      ? []
      : [found('spf-unaligned', { where: `return path ${returnPath}`, evidence: `From ${name}` })]),
    ...alignmentFindings(forecast, evidence),
    ...bimi,
    ...hosts.flatMap((host) => host.findings),
    ...helo,
    ...bounces,
    ...tls,
    ...lookups.unanswered(),
  ]
  return {
    domain: name,
    findings: bySeverity(findings),
    spf: spf.report,
    dkim: dkim.map(({ selector, domain: at, isUsable, bits }) => ({ selector, domain: at, isUsable, bits })),
    dmarc: record && { domain: record.domain, record: record.record, policy: record.policy },
    reverseDns: hosts.map(({ report }) => report),
    forecast,
  }
}

/** What receivers find if mail is signed with the key. */
function identityOf({ domain, isUsable }: DkimKey): Identity {
  return { domain, result: isUsable === null ? 'unknown' : isUsable ? 'pass' : 'fail' }
}

/** Mail may leave by any of the IPs. */
function worstOf({ ips }: SpfReport): Passing {
  if (ips.some(({ result }) => result !== 'pass' && result !== 'temperror')) return 'fail'
  return ips.some(({ result }) => result === 'temperror') ? 'unknown' : 'pass'
}
