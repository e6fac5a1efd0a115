import { generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  dnsTimeoutMs,
  everywhere,
  startDnsServer,
  type DnsServer,
  type Zones,
} from '../../dns/dns-server.test.fixture.ts'
import type { FindingCode } from '../../findings/kinds.ts'
import { checkMessage, type MessageReport } from '../check-message.ts'
import { goodZones, mail, sentAt, signed } from '../mail.test.fixture.ts'
import type { MessageOptions } from '../message-options.ts'

const day = 86_400_000

/** An RSA key of so many bits: its PEM, and what DNS says of it. */
function rsa(bits: number): { privateKey: string; record: string } {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: bits })
  return {
    privateKey: privateKey.export({ format: 'pem', type: 'pkcs8' }) as string,
    record: `v=DKIM1; k=rsa; p=${publicKey.export({ format: 'der', type: 'spki' }).toString('base64')}`,
  }
}

describe('authentication of a message', () => {
  let dns: DnsServer
  const weak = rsa(1024)
  beforeAll(async () => {
    dns = await startDnsServer()
  })
  beforeEach(() => {
    dns.zones = goodZones
  })
  afterAll(() => dns[Symbol.asyncDispose]())

  const check = (message: Buffer, options: MessageOptions = {}): Promise<MessageReport> =>
    checkMessage(message, {
      resolver: dns.resolver,
      dnsTimeoutMs: Object.values(dns.zones).includes('silence') ? 300 : dnsTimeoutMs,
      clock: () => sentAt,
      ...options,
    })
  const zone = (zones: Zones): void => {
    dns.zones = { ...goodZones, ...zones }
  }
  const codes = ({ findings }: MessageReport): FindingCode[] => findings.map(({ code }) => code)

  it('says that a signature does not fit the body', async () => {
    const message = Buffer.from(
      (await signed(mail())).toString('latin1').replace('--outer--', '--outer--\r\nunsubscribe'),
    )
    const report = await check(message, { ip: '192.0.2.10' })
    expect(codes(report)).toEqual(['dkim-signature-invalid'])
    expect(report.findings[0]).toMatchObject({
      where: 'DKIM-Signature d=example.com s=s1',
      evidence: 'body hash did not verify',
      risks: ['authentication-failure', 'dmarc-failure'],
    })
    // SPF still passes, aligned.
    expect(report.authentication?.forecast).toEqual({ spf: 'pass', dkim: 'fail', dmarc: 'pass' })
  })

  it.each<[string, Zones]>([
    ['refuses everything', everywhere('refused')],
    ['says "no such name" to everything', {}],
  ])('cannot tell with a resolver that %s', async (_, zones) => {
    dns.zones = zones
    const report = await check(await signed(mail()), { ip: '192.0.2.10' })
    expect(codes(report)).toEqual(['dns-no-answer'])
    expect(report.authentication?.forecast).toEqual({ spf: 'unknown', dkim: 'unknown', dmarc: 'unknown' })
  })

  it('says that a header was changed', async () => {
    const message = Buffer.from(
      (await signed(mail())).toString('latin1').replace('Subject: Your', 'Subject: Our'),
    )
    expect((await check(message)).findings).toMatchObject([
      { code: 'dkim-signature-invalid', evidence: 'bad signature' },
    ])
  })

  it.each<[FindingCode, string, Zones[string] | undefined]>([
    ['dkim-no-key', 'no key', undefined],
    ['dkim-key-revoked', 'a revoked key', { TXT: ['v=DKIM1; p='] }],
    ['dkim-key-invalid', 'garbage', { TXT: ['v=DKIM1; k=rsa; p=AAAA'] }],
    ['dkim-key-invalid', 'two keys', { TXT: ['v=DKIM1; p=AAAA', 'v=DKIM1; p=BBBB'] }],
    ['dkim-key-invalid', 'a key that is not for mail', { TXT: [`${weak.record}; s=tlsrpt`] }],
    ['dkim-key-invalid', 'a key for SHA-1 only', { TXT: [`${weak.record}; h=sha1`] }],
    ['dkim-key-invalid', 'a version that there is not', { TXT: [weak.record.replace('DKIM1', 'DKIM2')] }],
  ])('%s: %s', async (code, _, key) => {
    dns.zones = Object.fromEntries(Object.entries(goodZones).filter(([name]) => !name.startsWith('s1.')))
    if (key !== undefined) zone({ 's1._domainkey.example.com': key })
    expect(codes(await check(await signed(mail()), { ip: '192.0.2.10' }))).toEqual([code])
  })

  it('says that keys are weak, or for testing', async () => {
    zone({ 's2._domainkey.example.com': { TXT: [`${weak.record}; t=y`] } })
    const message = await signed(mail(), {
      selector: 's2',
      algorithm: 'rsa-sha256',
      privateKey: weak.privateKey,
    })
    const report = await check(message)
    expect(codes(report)).toEqual(['dkim-key-weak', 'dkim-testing'])
    expect(report.authentication?.forecast.dkim).toBe('pass')
  })

  it('does not let a key of 512 bits pass', async () => {
    const short = rsa(512)
    zone({ 's2._domainkey.example.com': { TXT: [short.record] } })
    const message = await signed(mail(), {
      selector: 's2',
      algorithm: 'rsa-sha256',
      privateKey: short.privateKey,
    })
    const report = await check(message)
    expect(codes(report)).toEqual(['dkim-key-short'])
    expect(report.authentication?.forecast.dkim).toBe('fail')
  })

  it('says that a signature uses SHA-1', async () => {
    zone({ 's2._domainkey.example.com': { TXT: [weak.record] } })
    const message = await signed(mail(), {
      selector: 's2',
      algorithm: 'rsa-sha1',
      privateKey: weak.privateKey,
    })
    expect(codes(await check(message))).toEqual(['dkim-sha1', 'dkim-key-weak'])
  })

  it('says that a signature has expired, or is from the future', async () => {
    const old = await signed(mail(), { signTime: sentAt - 3 * day, expires: sentAt - day })
    expect(codes(await check(old))).toEqual(['dkim-expired'])
    const alike = await signed(mail(), { signTime: sentAt + 60_000 })
    expect(codes(await check(alike))).toEqual([])
    const early = await signed(mail(), { signTime: sentAt + day })
    expect(codes(await check(early))).toEqual(['dkim-expired'])
  })

  it('minds a broken signature less beside one that passes', async () => {
    const message = await signed(await signed(mail()), { selector: 's9' })
    const report = await check(message, { ip: '192.0.2.10' })
    expect(report.findings).toMatchObject([{ code: 'dkim-no-key', severity: 'warning' }])
    expect(report.authentication?.forecast).toEqual({ spf: 'pass', dkim: 'pass', dmarc: 'pass' })
  })

  it('says what no signature covers', async () => {
    const partly = await signed(mail(), { headerList: 'From:To:Date' })
    expect((await check(partly)).findings).toMatchObject([
      { code: 'dkim-unsigned-part', evidence: 'h= leaves out subject' },
    ])
    const short = await signed(mail(), { maxBodyLength: 10 })
    expect(codes(await check(short))).toEqual(['dkim-unsigned-part'])
  })

  it('wants one-click unsubscribe signed', async () => {
    const parts = {
      text: 'Unsubscribe. Example Shop, 1 Main Street, Springfield. help@example.com',
      headers: {
        'List-Unsubscribe': '<https://example.com/u>',
        'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      },
    }
    const without = await signed(mail(parts), { headerList: 'From:To:Subject:Date' })
    expect(codes(await check(without))).toEqual(['list-unsubscribe-unsigned'])
    const covered = await signed(mail(parts), {
      headerList: 'From:To:Subject:Date:List-Unsubscribe:List-Unsubscribe-Post',
    })
    expect(codes(await check(covered))).toEqual([])
  })

  it('foresees that both fail, and what DMARC makes of it', async () => {
    const report = await check(mail(), { ip: '198.51.100.7' })
    expect(codes(report)).toEqual([
      'dkim-missing',
      'spf-ip-not-covered',
      'authentication-will-fail',
      'dmarc-will-fail',
    ])
    expect(report.findings.at(-1)).toMatchObject({ severity: 'error', risks: ['dmarc-failure'] })
    expect(report.authentication?.forecast).toEqual({ spf: 'fail', dkim: 'fail', dmarc: 'fail' })
  })

  it('foresees that what passes is not aligned', async () => {
    zone({ 'bounce.example.net': { TXT: ['v=spf1 ip4:192.0.2.10 -all'] } })
    const report = await check(mail(), { ip: '192.0.2.10', returnPath: 'b+1@bounce.example.net' })
    expect(codes(report)).toEqual(['dkim-missing', 'dmarc-will-fail'])
    expect(report.authentication?.forecast).toEqual({ spf: 'pass', dkim: 'fail', dmarc: 'fail' })
  })

  it('minds strict alignment', async () => {
    zone({
      'mail.example.com': { TXT: ['v=spf1 ip4:192.0.2.10 -all'] },
      '_dmarc.example.com': { TXT: ['v=DMARC1; p=quarantine; aspf=s; adkim=s; rua=mailto:a@example.com'] },
    })
    const strict = await check(mail(), { ip: '192.0.2.10', returnPath: 'mail.example.com' })
    expect(codes(strict)).toEqual(['dkim-missing', 'dmarc-will-fail'])
    zone({ 'mail.example.com': { TXT: ['v=spf1 ip4:192.0.2.10 -all'] } })
    const relaxed = await check(mail(), { ip: '192.0.2.10', returnPath: 'mail.example.com' })
    expect(codes(relaxed)).toEqual(['dkim-missing'])
  })

  it('finds the policy of the registered domain for a subdomain', async () => {
    const message = mail({ headers: { From: 'Shop <shop@a.b.example.com>' } })
    const report = await check(message, { ip: '198.51.100.7', returnPath: 'example.com' })
    expect(report.findings.find(({ code }) => code === 'dmarc-will-fail')?.evidence).toContain(
      'policy reject',
    )
  })

  it('takes the word of the caller on who will sign, and looks at the key', async () => {
    const willSign = [{ domain: 'example.com', selector: 's1' }]
    expect(codes(await check(mail(), { willSign }))).toEqual([])
    const missing = await check(mail(), { willSign: [{ domain: 'example.com', selector: 's9' }] })
    expect(codes(missing)).toEqual(['dkim-no-key'])
  })

  it('cannot tell without answers, and does not guess', async () => {
    dns.zones = {
      'example.com': 'servfail',
      's1._domainkey.example.com': 'silence',
      '_dmarc.example.com': 'refused',
    }
    const report = await check(await signed(mail()), { ip: '192.0.2.10' })
    expect(codes(report)).toEqual(['dns-no-answer'])
    expect(report.authentication?.forecast).toEqual({ spf: 'unknown', dkim: 'unknown', dmarc: 'unknown' })
  })

  it('does not verify dozens of signatures', async () => {
    const [signature = ''] =
      /^DKIM-Signature.*?\r\n(?=\S)/s.exec((await signed(mail())).toString('latin1')) ?? []
    const message = Buffer.concat([Buffer.from(signature.repeat(100)), mail()])
    const report = await check(message, { ip: '198.51.100.7' })
    expect(codes(report)).toEqual(['spf-ip-not-covered', 'content-not-checked'])
    expect(report.authentication?.forecast).toEqual({ spf: 'fail', dkim: 'unknown', dmarc: 'unknown' })
  })
})
