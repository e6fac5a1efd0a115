import { generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  dnsTimeoutMs,
  everywhere,
  startDnsServer,
  type DnsServer,
  type Zones,
} from '../dns/dns-server.test.fixture.ts'
import { dkimKinds } from '../findings/dkim-kinds.ts'
import { dmarcKinds } from '../findings/dmarc-kinds.ts'
import { hostKinds } from '../findings/host-kinds.ts'
import type { FindingCode } from '../findings/kinds.ts'
import { spfKinds } from '../findings/spf-kinds.ts'
import { goodZones } from '../message/mail.test.fixture.ts'
import { checkDomain, type DomainOptions, type DomainReport } from './check-domain.ts'

const good: Zones = {
  ...goodZones,
  '10.2.0.192.in-addr.arpa': { PTR: ['mail.example.com'] },
  '_dmarc.example.com': { TXT: ['v=DMARC1; p=quarantine; rua=mailto:dmarc@example.com'] },
}
const all = {
  ips: ['192.0.2.10'],
  selectors: ['s1'],
  helo: 'mail.example.com',
  bimi: false,
} as const satisfies DomainOptions

const spf = (record: string, others: Zones = {}): Zones => ({
  'example.com': { TXT: [record], MX: [[10, 'mail.example.com']] },
  ...others,
})
const dmarc = (...TXT: string[]): Zones => ({ '_dmarc.example.com': { TXT } })
const ptr = (...PTR: string[]): Zones => ({ '10.2.0.192.in-addr.arpa': { PTR } })
const without = (name: string): Zones => ({ [name]: {} })
const rua = 'rua=mailto:dmarc@example.com'
const includes = (count: number): Zones =>
  Object.fromEntries(
    Array.from({ length: count }, (_, n) => [`s${n}.example.net`, { TXT: ['v=spf1 ip4:198.51.100.1 -all'] }]),
  )

function rsaRecord(bits: number): string {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: bits })
  return `v=DKIM1; k=rsa; p=${publicKey.export({ format: 'der', type: 'spki' }).toString('base64')}`
}

/** Changed zones or options for every finding on a domain that DNS shows, BIMI and TLS apart. */
const cases: readonly [codes: readonly FindingCode[], name: string, zones: Zones, options?: DomainOptions][] =
  [
    [
      ['spf-missing'],
      'no record',
      { 'example.com': { MX: [[10, 'mail.example.com']], TXT: ['v=spf10 -all'] } },
    ],
    [
      ['spf-multiple'],
      'two records',
      {
        'example.com': { MX: [[10, 'mail.example.com']], TXT: ['v=spf1 ip4:192.0.2.10 -all', 'v=spf1 -all'] },
      },
    ],
    [['spf-syntax'], 'an address that is none', spf('v=spf1 ip4:192.0.2.300 ip4:192.0.2.10 -all')],
    [['spf-syntax'], 'a mechanism that there is not', spf('v=spf1 ip4:192.0.2.10 ipv4:192.0.2.11 -all')],
    [
      ['spf-broken-include'],
      'an include without a record',
      spf('v=spf1 include:gone.example.net ip4:192.0.2.10 -all'),
    ],
    [
      ['spf-broken-include'],
      'a loop',
      spf('v=spf1 include:a.example.net ip4:192.0.2.10 -all', {
        'a.example.net': { TXT: ['v=spf1 include:b.example.net -all'] },
        'b.example.net': { TXT: ['v=spf1 include:a.example.net -all'] },
      }),
    ],
    [
      ['spf-ip-not-covered'],
      'one of two IPs',
      {
        ...spf('v=spf1 ip4:192.0.2.10 -all'),
        '11.2.0.192.in-addr.arpa': { PTR: ['mail2.example.com'] },
        'mail2.example.com': { A: ['192.0.2.11'] },
      },
      { ...all, ips: ['192.0.2.10', '192.0.2.11'] },
    ],
    [['spf-ip-not-covered'], 'softfail', spf('v=spf1 ~all')],
    [
      ['spf-too-many-lookups'],
      'eleven includes',
      spf(
        `v=spf1 ip4:192.0.2.10 ${Array.from({ length: 11 }, (_, n) => `include:s${n}.example.net`).join(' ')} -all`,
        includes(11),
      ),
    ],
    [
      ['spf-too-many-void-lookups'],
      'three names that are gone',
      spf('v=spf1 ip4:192.0.2.10 a:x.example.net a:y.example.net mx:z.example.net -all'),
    ],
    [['spf-pass-all'], '+all', spf('v=spf1 ip4:192.0.2.10 +all')],
    [['spf-pass-all'], 'all', spf('v=spf1 all')],
    [['spf-no-all'], 'an open end', spf('v=spf1 ip4:192.0.2.10')],
    [['spf-no-all'], '?all', spf('v=spf1 ip4:192.0.2.10 ?all')],
    [['spf-ptr'], 'ptr', spf('v=spf1 ip4:192.0.2.10 ptr -all')],
    [
      ['spf-unaligned'],
      'a return-path elsewhere',
      { 'example.net': { TXT: ['v=spf1 ip4:192.0.2.10 -all'], A: ['192.0.2.10'] } },
      { ...all, returnPath: 'example.net' },
    ],
    [['dkim-not-checked'], 'no selectors', {}, { ...all, selectors: [] }],
    [['dkim-no-key'], 'no key', {}, { ...all, selectors: ['s1', 's2'] }],
    [['dkim-key-invalid'], 'garbage', { 's1._domainkey.example.com': { TXT: ['k=rsa; p=AAAA'] } }],
    [['dkim-key-revoked'], 'revoked', { 's1._domainkey.example.com': { TXT: ['v=DKIM1; p='] } }],
    [['dkim-key-short'], '512 bits', { 's1._domainkey.example.com': { TXT: [rsaRecord(512)] } }],
    [['dkim-key-weak'], '1024 bits', { 's1._domainkey.example.com': { TXT: [rsaRecord(1024)] } }],
    [['dkim-testing'], 't=y', { 's1._domainkey.example.com': { TXT: [`${rsaRecord(2048)}; t=y:s`] } }],
    [['dmarc-missing'], 'no record', without('_dmarc.example.com')],
    [['dmarc-multiple'], 'two records', dmarc(`v=DMARC1; p=none; ${rua}`, `v=DMARC1; p=reject; ${rua}`)],
    [['dmarc-syntax'], 'no policy', dmarc(`v=DMARC1; ${rua}`)],
    [['dmarc-syntax'], 'a policy that there is not', dmarc(`v=DMARC1; p=block; ${rua}`)],
    [['dmarc-syntax'], 'the version in lower case', dmarc(`v=dmarc1; p=none; ${rua}`)],
    [['dmarc-policy-none'], 'none', dmarc(`v=DMARC1; p=none; ${rua}`)],
    [['dmarc-partial'], 'a part', dmarc(`v=DMARC1; p=reject; pct=20; ${rua}`)],
    [['dmarc-partial'], 'testing', dmarc(`v=DMARC1; p=reject; t=y; ${rua}`)],
    [['dmarc-no-rua'], 'no reports', dmarc('v=DMARC1; p=reject')],
    [
      ['dmarc-rua-not-authorised'],
      'another domain',
      dmarc('v=DMARC1; p=reject; rua=mailto:a@example.net!10m'),
    ],
    [['ip-no-ptr'], 'no name', without('10.2.0.192.in-addr.arpa')],
    [
      ['ip-ptr-not-confirmed'],
      'a name that leads elsewhere',
      { ...ptr('other.example.com'), 'other.example.com': { A: ['192.0.2.99'] } },
    ],
    [
      ['ip-ptr-generic'],
      'the IP in the name',
      { ...ptr('192-0-2-10.example.com'), '192-0-2-10.example.com': { A: ['192.0.2.10'] } },
    ],
    [
      ['ip-ptr-generic'],
      'dial-up',
      { ...ptr('a1.dsl.example.net'), 'a1.dsl.example.net': { A: ['192.0.2.10'] } },
    ],
    [
      ['ip-ptr-other-domain'],
      'a provider’s name',
      { ...ptr('out1.example.net'), 'out1.example.net': { A: ['192.0.2.10'] } },
    ],
    [['helo-not-found'], 'a name that there is not', {}, { ...all, helo: 'gone.example.com' }],
    [['helo-not-a-name'], 'one word', {}, { ...all, helo: 'mailserver' }],
    [['helo-not-a-name'], 'an IP', {}, { ...all, helo: '192.0.2.10' }],
    [['helo-not-a-name'], 'a local name', {}, { ...all, helo: 'mail.local' }],
    [
      ['helo-other-ip'],
      'another host',
      { 'www.example.com': { A: ['192.0.2.80'] } },
      { ...all, helo: 'www.example.com' },
    ],
    [
      ['return-path-not-found'],
      'neither MX nor address',
      { 'b.example.com': { TXT: ['v=spf1 ip4:192.0.2.10 -all'] } },
      { ...all, returnPath: 'b.example.com' },
    ],
    [
      ['return-path-null-mx'],
      'null MX',
      { 'b.example.com': { TXT: ['v=spf1 ip4:192.0.2.10 -all'], MX: [[0, '']] } },
      { ...all, returnPath: 'b.example.com' },
    ],
    [
      ['return-path-mx-not-found'],
      'an MX that there is not',
      { 'b.example.com': { TXT: ['v=spf1 ip4:192.0.2.10 -all'], MX: [[10, 'gone.example.com']] } },
      { ...all, returnPath: 'b.example.com' },
    ],
    [['dns-no-answer'], 'no answer for the record', { 'example.com': 'silence' }],
    [['dns-no-answer'], 'no answer for the key', { 's1._domainkey.example.com': 'servfail' }],
    [['dns-no-answer'], 'no answer for the policy', { '_dmarc.example.com': 'refused' }],
    [['dns-no-answer'], 'no answer for the reverse name', { '10.2.0.192.in-addr.arpa': 'servfail' }],
  ]

describe('checkDomain', () => {
  let dns: DnsServer
  beforeAll(async () => {
    dns = await startDnsServer()
  })
  beforeEach(() => {
    dns.zones = good
  })
  afterAll(() => dns[Symbol.asyncDispose]())

  const check = (zones: Zones = {}, options: DomainOptions = all): Promise<DomainReport> => {
    dns.zones = { ...good, ...zones }
    return checkDomain('example.com', {
      resolver: dns.resolver,
      dnsTimeoutMs: Object.values(zones).includes('silence') ? 300 : dnsTimeoutMs,
      ...options,
    })
  }
  /** Those of the forecast follow from others. */
  const codes = ({ findings }: DomainReport): FindingCode[] =>
    findings.map(({ code }) => code).filter((code) => !code.endsWith('will-fail'))

  it('finds nothing in a domain in order, and says what it saw', async () => {
    expect(await check()).toEqual({
      domain: 'example.com',
      findings: [],
      spf: {
        domain: 'example.com',
        record: 'v=spf1 ip4:192.0.2.10 -all',
        lookups: 0,
        ips: [{ ip: '192.0.2.10', result: 'pass', comment: expect.any(String) }],
      },
      dkim: [{ domain: 'example.com', selector: 's1', isUsable: true, bits: null }],
      dmarc: {
        domain: 'example.com',
        record: 'v=DMARC1; p=quarantine; rua=mailto:dmarc@example.com',
        policy: 'quarantine',
      },
      reverseDns: [{ ip: '192.0.2.10', names: ['mail.example.com'], confirmed: 'mail.example.com' }],
      forecast: { spf: 'pass', dkim: 'pass', dmarc: 'pass' },
    })
  })

  it.each(cases)('%s: %s', async (expected, _, zones, options) => {
    expect(codes(await check(zones, options))).toEqual(expected)
  })

  it('has a zone for every code', () => {
    const onMessages = [
      'dkim-missing',
      'dkim-signature-invalid',
      'dkim-unsigned-part',
      'dkim-sha1',
      'dkim-expired',
    ]
    const overTls = ['tls-not-offered', 'tls-certificate', 'tls-old', 'tls-no-answer']
    const shown = new Set([...cases.flatMap(([expected]) => expected), ...onMessages, ...overTls])
    expect(shown).toEqual(new Set(Object.keys({ ...spfKinds, ...dkimKinds, ...dmarcKinds, ...hostKinds })))
  })

  it.each<[string, Zones]>([
    ['refuses everything', everywhere('refused')],
    ['fails at everything', everywhere('servfail')],
    ['is silent', everywhere('silence')],
    ['says "no such name" to everything', {}],
  ])('cannot tell with a resolver that %s', async (_, zones) => {
    dns.zones = zones
    const report = await checkDomain('example.com', {
      resolver: dns.resolver,
      dnsTimeoutMs: 300,
      ips: ['192.0.2.10'],
      selectors: ['s1'],
      helo: 'mail.example.com',
      returnPath: 'bounces.example.net',
    })
    expect(report.findings.map(({ code, severity }) => [code, severity])).toEqual([
      ['spf-unaligned', 'warning'],
      ['dns-no-answer', 'unknown'],
    ])
    expect(report).toMatchObject({
      spf: { record: null, ips: [{ result: 'temperror' }] },
      dkim: [{ isUsable: null }],
      dmarc: null,
      reverseDns: [{ names: null }],
      forecast: { spf: 'unknown', dkim: 'unknown', dmarc: 'unknown' },
    })
  })

  it('foresees nothing of what it was not told', async () => {
    const noSelector = await check({}, { ...all, selectors: [] })
    expect(noSelector.forecast).toEqual({ spf: 'pass', dkim: 'unknown', dmarc: 'pass' })
    const uncovered = await check(spf('v=spf1 -all'), { ...all, selectors: [] })
    expect(uncovered.forecast).toEqual({ spf: 'fail', dkim: 'unknown', dmarc: 'unknown' })
    expect(codes(uncovered)).toEqual(['spf-ip-not-covered', 'dkim-not-checked'])
    const noIp = await check({}, { ...all, ips: [] })
    expect(noIp.forecast).toEqual({ spf: 'unknown', dkim: 'pass', dmarc: 'pass' })
    const nothing = await check({}, { bimi: false })
    expect(nothing.forecast).toEqual({ spf: 'unknown', dkim: 'unknown', dmarc: 'unknown' })
  })

  it('does not know how strict a policy is that DNS did not show', async () => {
    const report = await check(
      {
        '_dmarc.example.com': 'servfail',
        'b.example.com': { TXT: ['v=spf1 ip4:192.0.2.10 -all'], A: ['192.0.2.10'] },
      },
      { ...all, selectors: [], returnPath: 'b.example.com' },
    )
    expect(report.forecast).toEqual({ spf: 'pass', dkim: 'unknown', dmarc: 'unknown' })
  })

  it('counts the look-ups of included records and of redirects', async () => {
    const report = await check({
      ...spf('v=spf1 mx include:a.example.net redirect=b.example.net'),
      'a.example.net': { TXT: ['v=spf1 a:mail.example.com exists:%{i}.x.example.net ?all'] },
      'b.example.net': { TXT: ['v=spf1 ip4:192.0.2.10 ~all'] },
    })
    expect(report.findings).toEqual([])
    expect(report.spf).toMatchObject({ lookups: 5, ips: [{ result: 'pass' }] })
  })

  it('stops at a record that branches without end', async () => {
    const zones = Object.fromEntries(
      Array.from({ length: 40 }, (_, n) => [
        `n${n}.example.net`,
        { TXT: [`v=spf1 include:n${n + 1}.example.net include:n${n + 2}.example.net -all`] },
      ]),
    )
    const before = dns.asked.length
    const report = await check({ ...spf('v=spf1 include:n0.example.net -all'), ...zones })
    expect(codes(report)).toEqual(['spf-too-many-lookups'])
    expect(dns.asked.length - before).toBeLessThan(100)
  })

  it('foresees what fails', async () => {
    const report = await check({ ...spf('v=spf1 -all'), 's1._domainkey.example.com': {} })
    expect(report.findings.map(({ code }) => code)).toEqual([
      'spf-ip-not-covered',
      'dkim-no-key',
      'authentication-will-fail',
      'dmarc-will-fail',
    ])
    expect(report.forecast).toEqual({ spf: 'fail', dkim: 'fail', dmarc: 'fail' })
  })

  it('takes a domain as people write it, and says what is none', async () => {
    await expect(
      checkDomain('Bücher.example', { resolver: dns.resolver, dnsTimeoutMs, bimi: false }),
    ).resolves.toMatchObject({ domain: 'xn--bcher-kva.example' })
    for (const bad of ['', 'localhost', 'a b.example', 'https://example.com', `${'a'.repeat(64)}.example`])
      await expect(checkDomain(bad)).rejects.toMatchObject({ code: 'EARGUMENT' })
    await expect(checkDomain('example.com', { ips: ['mail.example.com'] })).rejects.toMatchObject({
      code: 'EARGUMENT',
    })
  })
})
