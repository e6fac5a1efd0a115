import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  dnsTimeoutMs,
  startDnsServer,
  type DnsServer,
  type Zones,
} from '../../dns/dns-server.test.fixture.ts'
import { bimiKinds } from '../../findings/bimi-kinds.ts'
import type { FindingCode } from '../../findings/kinds.ts'
import { goodZones, sentAt } from '../../message/mail.test.fixture.ts'
import { checkDomain } from '../check-domain.ts'
import { goodLogo, makeIssuer, makeMark, type Issuer } from './mark.test.fixture.ts'

const logoUrl = 'https://example.com/logo.svg'
const certificateUrl = 'https://example.com/mark.pem'
const both = `v=BIMI1; l=${logoUrl}; a=${certificateUrl}`
const day = 86_400_000

interface Case {
  record?: string | readonly string[] | null
  dmarc?: string
  /** `null`: not there. */
  logo?: string | Buffer | null
  certificate?: string | null
}

describe('BIMI', () => {
  let dns: DnsServer
  let root: Issuer
  let issuer: Issuer
  let good: string
  beforeAll(async () => {
    dns = await startDnsServer()
    root = await makeIssuer('Own Root')
    issuer = await makeIssuer('Own Issuer', root)
    good = await makeMark(issuer)
  })
  afterAll(() => dns[Symbol.asyncDispose]())

  const check = async ({
    record = both,
    dmarc = 'v=DMARC1; p=reject; rua=mailto:a@example.com',
    logo = goodLogo,
    certificate = good,
  }: Case): Promise<FindingCode[]> => {
    const zones: Zones = { ...goodZones, '_dmarc.example.com': { TXT: [dmarc] } }
    if (record !== null) zones['default._bimi.example.com'] = { TXT: [record].flat() }
    dns.zones = zones
    const files = new Map([
      [logoUrl, logo],
      [certificateUrl, certificate],
    ])
    const fetch = async (url: string): Promise<Response> => {
      const file = files.get(url) ?? null
      return file === null
        ? new Response('gone', { status: 404 })
        : new Response(new Uint8Array(Buffer.from(file as string)))
    }
    const { findings } = await checkDomain('example.com', {
      resolver: dns.resolver,
      dnsTimeoutMs,
      selectors: ['s1'],
      bimi: { fetch, issuers: [root.pem] },
      clock: () => sentAt,
    })
    return findings.map(({ code }) => code)
  }

  it('finds nothing in a logo and certificate in order', async () => {
    expect(await check({})).toEqual([])
    expect(await check({ record: ['v=spf1 -all', both] })).toEqual([])
  })

  it('finds nothing if the domain wants no logo', async () => {
    expect(await check({ record: 'v=BIMI1; l=; a=' })).toEqual([])
  })

  const cases: readonly [FindingCode, string, () => Case | Promise<Case>][] = [
    ['bimi-missing', 'no record', () => ({ record: null })],
    ['bimi-record-invalid', 'two records', () => ({ record: [both, both] })],
    ['bimi-record-invalid', 'plain HTTP', () => ({ record: 'v=BIMI1; l=http://example.com/logo.svg' })],
    ['bimi-record-invalid', 'no logo', () => ({ record: `v=BIMI1; a=${certificateUrl}` })],
    [
      'bimi-policy-too-lax',
      'a part of the mail',
      () => ({ dmarc: 'v=DMARC1; p=quarantine; sp=none; rua=mailto:a@example.com' }),
    ],
    ['bimi-no-certificate', 'no certificate', () => ({ record: `v=BIMI1; l=${logoUrl}` })],
    ['bimi-not-checked', 'no file', () => ({ logo: null })],
    ['bimi-not-checked', 'a file that is too large', () => ({ certificate: 'x'.repeat(2_000_000) })],
    ['bimi-certificate-invalid', 'no certificate in the file', () => ({ certificate: 'hello' })],
    [
      'bimi-certificate-invalid',
      'an issuer that nobody knows',
      async () => ({ certificate: await makeMark(await makeIssuer('Other Root')) }),
    ],
    [
      'bimi-certificate-invalid',
      'an issuer with a known name and another key',
      async () => ({ certificate: await makeMark(await makeIssuer('Own Root')) }),
    ],
    [
      'bimi-certificate-invalid',
      'a certificate of a web server',
      async () => ({ certificate: await makeMark(issuer, { usage: '1.3.6.1.5.5.7.3.1' }) }),
    ],
    [
      'bimi-certificate-invalid',
      'a logo that was not certified',
      async () => ({ certificate: await makeMark(issuer, { hash: Buffer.alloc(32) }) }),
    ],
    [
      'bimi-certificate-expired',
      'last year’s',
      async () => ({
        certificate: await makeMark(issuer, { notBefore: sentAt - 400 * day, notAfter: sentAt - day }),
      }),
    ],
    [
      'bimi-certificate-expired',
      'next year’s',
      async () => ({ certificate: await makeMark(issuer, { notBefore: sentAt + day }) }),
    ],
    [
      'bimi-certificate-expires-soon',
      'twenty days',
      async () => ({ certificate: await makeMark(issuer, { notAfter: sentAt + 20 * day }) }),
    ],
    [
      'bimi-certificate-other-domain',
      'another domain',
      async () => ({ certificate: await makeMark(issuer, { domain: 'example.net' }) }),
    ],
    [
      'bimi-common-mark',
      'a CMC for a mark in prior use',
      async () => ({ certificate: await makeMark(issuer, { markType: 'Prior Use Mark' }) }),
    ],
    [
      'bimi-common-mark',
      'a CMC for a changed mark',
      async () => ({ certificate: await makeMark(issuer, { markType: 'Modified Registered Mark' }) }),
    ],
    ['bimi-logo-differs', 'another logo', () => ({ logo: goodLogo.replace('#246', '#642') })],
  ]
  it.each(cases)('%s: %s', async (code, _, make) => {
    expect(await check(await make())).toEqual([code])
  })

  it.each<[string, string]>([
    ['another profile', goodLogo.replace('tiny-ps', 'full')],
    ['no title', goodLogo.replace(/<title>.*<\/title>/, '')],
    ['a script', goodLogo.replace('<rect', '<script>x</script><rect')],
    ['a reference', goodLogo.replace('<rect', '<image xlink:href="https://example.com/a.png"/><rect')],
    ['no SVG', 'hello'],
    ['too much', goodLogo.replace('<rect', `<!--${'x'.repeat(33_000)}--><rect`)],
    ['entities', goodLogo.replace('<svg', '<!DOCTYPE svg [<!ENTITY a "b">]><svg')],
    ['many levels', goodLogo.replace('<rect', `${'<g>'.repeat(5000)}<rect`)],
  ])('bimi-logo-invalid: %s', async (_, logo) => {
    expect(await check({ logo, record: `v=BIMI1; l=${logoUrl}` })).toEqual([
      'bimi-logo-invalid',
      'bimi-no-certificate',
    ])
  })

  it('has a case for every code', () => {
    expect(new Set([...cases.map(([code]) => code), 'bimi-logo-invalid'])).toEqual(
      new Set(Object.keys(bimiKinds)),
    )
  })
})
