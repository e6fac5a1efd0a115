import { Lookups, reverseName } from '../dns/lookups.ts'
import type { DnsOptions } from '../dns/resolver.ts'
import { bySeverity, found, type Finding } from '../findings/finding.ts'
import type { FindingCode } from '../findings/kinds.ts'
import { list, type Check } from '../options/check.ts'
import { checkOptions, type Shape } from '../options/check-options.ts'
import { dnsChecks } from '../options/dns-shape.ts'
import { readDomain, readIps } from '../options/names.ts'
import { wrong } from '../options/wrong.ts'
import { readDbl, readZen, type SpamhausAnswer, type SpamhausList } from './spamhaus-codes.ts'

export interface ListingOptions extends DnsOptions {
  /** A key of Spamhaus’ Data Query Service. Never shown. Default: the public mirrors, which refuse public resolvers and many questions. */
  dqsKey?: string
}

export interface Listing {
  /** The IP or domain. */
  subject: string
  status: 'listed' | 'not-listed' | 'cannot-tell'
  lists: readonly SpamhausList[]
  /** Where a person can look, and ask for removal. */
  spamhausUrl: string
  /** Proofpoint has no list that can be asked: where a person can look the IP up; `null` for a domain. */
  proofpointUrl: string | null
}

export interface ListingReport {
  /** The worst first. */
  findings: readonly Finding[]
  listings: readonly Listing[]
}

const key: Check = (value, name) => {
  const isKey = typeof value === 'string' && /^[a-z0-9]{10,60}$/i.test(value)
  // Never shown: it may be the right key with one character too many.
  if (!isKey) wrong(name, '10 to 60 letters and digits, as Spamhaus gave it to you', typeof value)
}
const shape: Shape<ListingOptions> = { checks: { ...dnsChecks, dqsKey: key } }

const codes: Record<SpamhausList, FindingCode> = {
  SBL: 'listed-sbl',
  XBL: 'listed-xbl',
  PBL: 'listed-pbl',
  DBL: 'listed-dbl',
}

/**
 * Asks Spamhaus about your IPs (ZEN) and domains (DBL). Only what a list says in so many words is "listed"; anything else is
 * "cannot tell".
 *
 * @throws PreflightError `EARGUMENT`
 */
export async function checkListings(
  ips: readonly string[],
  domains: readonly string[] = [],
  options: ListingOptions = {},
): Promise<ListingReport> {
  checkOptions('checkListings', options, shape)
  const { dqsKey } = options
  const plainIps = readIps(ips, 'checkListings: ips')
  list(readDomain, 'domains')(domains, 'checkListings: domains')
  const plainDomains = domains.map((domain) => readDomain(domain, 'domains'))
  const lookups = new Lookups(options)
  const zen = {
    zone: dqsKey === undefined ? 'zen.spamhaus.org' : `${dqsKey}.zen.dq.spamhaus.net`,
    probe: '2.0.0.127',
    read: readZen,
  }
  const dbl = {
    zone: dqsKey === undefined ? 'dbl.spamhaus.org' : `${dqsKey}.dbl.dq.spamhaus.net`,
    probe: 'dbltest.com',
    read: readDbl,
  }
  const [zenFault, dblFault] = await Promise.all([
    plainIps.length === 0 ? null : faultOf(lookups, zen),
    plainDomains.length === 0 ? null : faultOf(lookups, dbl),
  ])
  const asked = await Promise.all([
    ...plainIps.map(async (ip): Promise<Asked> => {
      const name = reverseName(ip).replace(/\.(?:in-addr|ip6)\.arpa$/, '')
      const urls = {
        spamhausUrl: `https://check.spamhaus.org/results/?query=${encodeURIComponent(ip)}`,
        proofpointUrl: `https://ipcheck.proofpoint.com/?ip=${encodeURIComponent(ip)}`,
      }
      const { findings, ...said } = await ask(lookups, zen, name, zenFault, ip)
      return { listing: { subject: ip, ...said, ...urls }, findings }
    }),
    ...plainDomains.map(async (domain): Promise<Asked> => {
      const urls = {
        spamhausUrl: `https://check.spamhaus.org/results/?query=${encodeURIComponent(domain)}`,
        proofpointUrl: null,
      }
      const { findings, ...said } = await ask(lookups, dbl, domain, dblFault, domain)
      return { listing: { subject: domain, ...said, ...urls }, findings }
    }),
  ])
  // In the order in which they were given: that of the answers is another one each time.
  const findings = asked.flatMap((one) => one.findings)
  return { findings: bySeverity(findings), listings: asked.map(({ listing }) => listing) }
}

interface Asked {
  listing: Listing
  findings: readonly Finding[]
}

interface Zone {
  zone: string
  /** A name that is always listed. */
  probe: string
  read: (addresses: readonly string[]) => SpamhausAnswer
}

/**
 * Why the list cannot be asked from here; `null` if it can. A resolver that filters says "no such name" to everything, which would
 * look like "not listed".
 */
async function faultOf(lookups: Lookups, { zone, probe, read }: Zone): Promise<string | null> {
  const answer = await lookups.addresses(`${probe}.${zone}`, 4)
  if (answer.kind === 'no-answer') return unanswered(answer.why)
  if (answer.kind === 'none')
    return 'the list does not know its own test entry, so this resolver does not lead to it'
  const meaning = read(answer.records)
  return meaning.kind === 'refused' ? meaning.why : null
}

/** The words of a resolver may hold the question, and with it the key. */
function unanswered(why: string): string {
  return /^E[A-Z]+$|^no answer within \d+ ms$|^the resolver finds no name at all\b/.test(why)
    ? `no answer: ${why}`
    : 'no answer: the resolver failed'
}

async function ask(
  lookups: Lookups,
  { zone, read }: Zone,
  name: string,
  fault: string | null,
  subject: string,
): Promise<Pick<Listing, 'status' | 'lists'> & { findings: readonly Finding[] }> {
  const cannotTell = (why: string): Awaited<ReturnType<typeof ask>> => ({
    status: 'cannot-tell',
    lists: [],
    findings: [found('listing-cannot-tell', { where: subject, evidence: why })],
  })
  if (fault !== null) return cannotTell(fault)
  const answer = await lookups.addresses(`${name}.${zone}`, 4)
  if (answer.kind === 'no-answer') return cannotTell(unanswered(answer.why))
  if (answer.kind === 'none') return { status: 'not-listed', lists: [], findings: [] }
  const meaning = read(answer.records)
  if (meaning.kind === 'refused') return cannotTell(meaning.why)
  const findings = meaning.lists.map((one) =>
    found(codes[one], { where: subject, evidence: meaning.detail.join('; ') }),
  )
  return { status: 'listed', lists: meaning.lists, findings }
}
