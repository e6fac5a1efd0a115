import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  dnsTimeoutMs,
  everywhere,
  startDnsServer,
  type DnsServer,
  type Zone,
  type Zones,
} from '../dns/dns-server.test.fixture.ts'
import { listingKinds } from '../findings/listing-kinds.ts'
import { checkListings, type ListingOptions, type ListingReport } from './check-listings.ts'

const key = 'abcdefghij0123456789abcdef'
const probes = {
  '2.0.0.127.zen.spamhaus.org': { A: ['127.0.0.2', '127.0.0.4', '127.0.0.10'] },
  'dbltest.com.dbl.spamhaus.org': { A: ['127.0.1.2'] },
}

describe('checkListings', () => {
  let dns: DnsServer
  beforeAll(async () => {
    dns = await startDnsServer()
  })
  beforeEach(() => {
    dns.zones = probes
  })
  afterAll(() => dns[Symbol.asyncDispose]())

  const ipWith = async (zone?: Zone, options: ListingOptions = {}): Promise<ListingReport> => {
    if (zone !== undefined) dns.zones = { ...probes, '10.2.0.192.zen.spamhaus.org': zone }
    return checkListings(['192.0.2.10'], [], {
      resolver: dns.resolver,
      dnsTimeoutMs: zone === 'silence' ? 300 : dnsTimeoutMs,
      ...options,
    })
  }
  const codes = ({ findings }: ListingReport): string[] => findings.map(({ code }) => code)

  it('finds nothing on what is not listed, and says where a person can look', async () => {
    expect(
      await checkListings(['192.0.2.10'], ['example.com'], { resolver: dns.resolver, dnsTimeoutMs }),
    ).toEqual({
      findings: [],
      listings: [
        {
          subject: '192.0.2.10',
          status: 'not-listed',
          lists: [],
          spamhausUrl: 'https://check.spamhaus.org/results/?query=192.0.2.10',
          proofpointUrl: 'https://ipcheck.proofpoint.com/?ip=192.0.2.10',
        },
        {
          subject: 'example.com',
          status: 'not-listed',
          lists: [],
          spamhausUrl: 'https://check.spamhaus.org/results/?query=example.com',
          proofpointUrl: null,
        },
      ],
    })
  })

  it.each([
    [['127.0.0.2'], ['SBL'], ['listed-sbl']],
    [['127.0.0.3'], ['SBL'], ['listed-sbl']],
    [['127.0.0.2', '127.0.0.9'], ['SBL'], ['listed-sbl']],
    [['127.0.0.4'], ['XBL'], ['listed-xbl']],
    [['127.0.0.11'], ['PBL'], ['listed-pbl']],
    [
      ['127.0.0.4', '127.0.0.10'],
      ['XBL', 'PBL'],
      ['listed-xbl', 'listed-pbl'],
    ],
  ])('tells the lists of ZEN apart: %j', async (A, lists, expected) => {
    const report = await ipWith({ A })
    expect(report.listings).toMatchObject([{ status: 'listed', lists: expect.arrayContaining(lists) }])
    expect(codes(report).toSorted()).toEqual(expected.toSorted())
    expect(report.findings[0]).toMatchObject({ severity: 'error', risks: ['spamhaus-block'] })
  })

  it.each<[string, Zone]>([
    ['a public resolver', { A: ['127.255.255.254'] }],
    ['a quota', { A: ['127.255.255.255'] }],
    ['a misspelt list', { A: ['127.255.255.252'] }],
    ['a resolver that answers everything', { A: ['203.0.113.7'] }],
    ['a listing and an error at once', { A: ['127.0.0.2', '127.255.255.255'] }],
    ['silence', 'silence'],
    ['a server that fails', 'servfail'],
  ])('cannot tell with %s', async (_, zone) => {
    const report = await ipWith(zone)
    expect(report.listings).toMatchObject([{ status: 'cannot-tell', lists: [] }])
    expect(report.findings).toMatchObject([
      { code: 'listing-cannot-tell', severity: 'unknown', where: '192.0.2.10' },
    ])
  })

  it.each<[string, Zones]>([
    ['refuses everything', everywhere('refused')],
    ['fails at everything', everywhere('servfail')],
    ['says "no such name" to everything', {}],
  ])('cannot tell with a resolver that %s', async (_, zones) => {
    dns.zones = zones
    const { listings, findings } = await checkListings(['192.0.2.10'], ['example.com'], {
      resolver: dns.resolver,
      dnsTimeoutMs,
    })
    expect(listings.map(({ status }) => status)).toEqual(['cannot-tell', 'cannot-tell'])
    expect(findings.map(({ code }) => code)).toEqual(['listing-cannot-tell', 'listing-cannot-tell'])
  })

  it('cannot tell if the list does not know its own test entry', async () => {
    dns.zones = {}
    expect((await ipWith()).listings).toMatchObject([{ status: 'cannot-tell' }])
    dns.zones = { '2.0.0.127.zen.spamhaus.org': { A: ['127.255.255.254'] } }
    const { findings } = await ipWith()
    expect(findings).toMatchObject([{ evidence: 'the question came over a public resolver' }])
  })

  it('asks about IPv6 and domains', async () => {
    dns.zones = {
      ...probes,
      [`1.${'0.'.repeat(23)}8.b.d.0.1.0.0.2.zen.spamhaus.org`]: { A: ['127.0.0.2'] },
      'example.net.dbl.spamhaus.org': { A: ['127.0.1.4'] },
      'example.org.dbl.spamhaus.org': { A: ['127.0.1.255'] },
    }
    const report = await checkListings(['2001:db8::1'], ['example.net', 'example.org'], {
      resolver: dns.resolver,
      dnsTimeoutMs,
    })
    expect(report.listings.map(({ status, lists }) => [status, ...lists])).toEqual([
      ['listed', 'SBL'],
      ['listed', 'DBL'],
      ['cannot-tell'],
    ])
    expect(report.findings.map(({ risks }) => risks)).toEqual([['spamhaus-block'], ['spamhaus-dbl'], []])
  })

  it('names what is listed in the order in which it was given, whatever is answered first', async () => {
    let answer = (): void => {}
    const second = new Promise<void>((resolve) => (answer = resolve))
    const records: Record<string, string> = {
      '2.0.0.127.zen.spamhaus.org': '127.0.0.2',
      '10.2.0.192.zen.spamhaus.org': '127.0.0.2',
      '11.2.0.192.zen.spamhaus.org': '127.0.0.4',
    }
    const resolver = {
      async resolve(name: string): Promise<string[]> {
        if (name.startsWith('10.')) await second
        if (name.startsWith('11.')) setImmediate(answer)
        return [records[name] ?? '']
      },
    }
    const { findings } = await checkListings(['192.0.2.10', '192.0.2.11'], [], { resolver, dnsTimeoutMs })
    expect(findings.map(({ where }) => where)).toEqual(['192.0.2.10', '192.0.2.11'])
  })

  it('takes a DQS key, and never shows it', async () => {
    dns.zones = {
      [`2.0.0.127.${key}.zen.dq.spamhaus.net`]: { A: ['127.0.0.2'] },
      [`10.2.0.192.${key}.zen.dq.spamhaus.net`]: { A: ['127.0.0.2'] },
      [`11.2.0.192.${key}.zen.dq.spamhaus.net`]: 'servfail',
    }
    const report = await checkListings(['192.0.2.10', '192.0.2.11'], [], {
      dqsKey: key,
      resolver: dns.resolver,
      dnsTimeoutMs,
    })
    expect(report.listings.map(({ status }) => status)).toEqual(['listed', 'cannot-tell'])
    expect(JSON.stringify(report)).not.toContain(key)
    const resolver = { resolve: (name: string) => Promise.reject(new Error(`cannot resolve ${name}`)) }
    const failing = await checkListings(['192.0.2.10'], [], { dqsKey: key, resolver })
    expect(failing.listings).toMatchObject([{ status: 'cannot-tell' }])
    expect(JSON.stringify(failing)).not.toContain(key)
    const wrong = checkListings(['192.0.2.10'], [], { dqsKey: 'secret key' })
    await expect(wrong).rejects.toMatchObject({
      code: 'EARGUMENT',
      message: expect.not.stringContaining('secret'),
    })
  })

  it('shows each code', () => {
    expect(Object.keys(listingKinds).toSorted()).toEqual([
      'listed-dbl',
      'listed-pbl',
      'listed-sbl',
      'listed-xbl',
      'listing-cannot-tell',
    ])
  })
})
