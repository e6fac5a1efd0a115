import { writeFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cpuSeconds } from '../cpu-seconds.test.fixture.ts'
import { dnsTimeoutMs, startDnsServer, type DnsServer } from '../dns/dns-server.test.fixture.ts'
import { checkMessage } from './check-message.ts'
import { goodZones, mail, sentAt, signed } from './mail.test.fixture.ts'

const clock = (): number => sentAt

describe('checkMessage', () => {
  let dns: DnsServer
  const folder = mkdtempSync(join(tmpdir(), 'preflight-'))
  beforeAll(async () => {
    dns = await startDnsServer(goodZones)
  })
  afterAll(async () => {
    await dns[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true })
  })

  it('finds nothing in a clean message, and says what it saw', async () => {
    const html = '<p>Your order <a href="https://www.example.com/orders/4711">4711</a> is on its way.</p>'
    const message = await signed(mail({ html }))
    expect(
      await checkMessage(message, { ip: '192.0.2.10', resolver: dns.resolver, dnsTimeoutMs, clock }),
    ).toEqual({
      findings: [],
      fromDomain: 'example.com',
      subject: 'Your order',
      isBulk: false,
      linkHosts: ['www.example.com'],
      authentication: {
        fromDomain: 'example.com',
        signatures: [expect.objectContaining({ domain: 'example.com', selector: 's1', result: 'pass' })],
        spf: { ip: '192.0.2.10', domain: 'example.com', result: 'pass', comment: expect.any(String) },
        forecast: { spf: 'pass', dkim: 'pass', dmarc: 'pass' },
      },
    })
  })

  it('reads files, with the line ends of Unix too', async () => {
    const file = join(folder, 'mail.eml')
    writeFileSync(file, mail().toString('latin1').replaceAll('\r\n', '\n'))
    const report = await checkMessage({ file }, { authentication: false, clock })
    expect(report).toMatchObject({ findings: [], subject: 'Your order', authentication: null })
  })

  it('takes what sendMail takes', async () => {
    const html = '<p>Hello\n<a href="http://192.0.2.1/">here</a></p>\n'
    const report = await checkMessage(
      {
        from: 'Example <shop@example.com>',
        to: 'anna@icloud.com',
        subject: 'Hallo Jürgen',
        text: 'Hello\nJürgen',
        html,
      },
      { authentication: false },
    )
    expect(report.subject).toBe('Hallo Jürgen')
    expect(report.findings.map(({ code }) => code)).toEqual(['link-ip-literal', 'link-plain-http'])
  })

  it('asks DNS nothing without authentication', async () => {
    const before = dns.asked.length
    await checkMessage(await signed(mail()), { authentication: false, resolver: dns.resolver, clock })
    expect(dns.asked.length).toBe(before)
  })

  it.each<[string, () => Promise<unknown>, string]>([
    ['a text', () => checkMessage('From: a@example.com' as never), 'EARGUMENT'],
    ['no IP', () => checkMessage(mail(), { ip: 'mail.example.com' }), 'EARGUMENT'],
    ['no return path', () => checkMessage(mail(), { returnPath: 'nobody' }), 'EARGUMENT'],
    ['no file', () => checkMessage({ file: join(folder, 'missing.eml') }), 'EINPUT'],
    [
      'a mail that cannot be built',
      () => checkMessage({ text: { path: join(folder, 'missing.txt') } }),
      'EINPUT',
    ],
  ])('rejects %s', async (_, check, code) => {
    await expect(check()).rejects.toMatchObject({ name: 'PreflightError', code })
  })

  it('reads no more than 25 MB of anything', async () => {
    const file = join(folder, 'large.eml')
    writeFileSync(file, Buffer.concat([mail(), Buffer.alloc(50_000_000, 'x'.repeat(70) + '\r\n')]))
    const cost = await cpuSeconds(async () => {
      const { findings } = await checkMessage({ file }, { resolver: dns.resolver, dnsTimeoutMs, clock })
      expect(findings.map(({ code }) => code)).toEqual(['message-large', 'content-not-checked'])
    })
    expect(cost).toBeLessThan(10)
  })
})
