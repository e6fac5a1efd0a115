import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dnsTimeoutMs, startDnsServer, type DnsServer } from '../dns/dns-server.test.fixture.ts'
import { checkMessage } from './check-message.ts'
import { goodZones, mail, sentAt, signed } from './mail.test.fixture.ts'
import { ordinaryMail } from './ordinary-mail.test.fixture.ts'

const headerList = 'From:To:Subject:Date:Message-ID:List-Unsubscribe:List-Unsubscribe-Post'

describe('ordinary mail', () => {
  let dns: DnsServer
  beforeAll(async () => {
    dns = await startDnsServer(goodZones)
  })
  afterAll(() => dns[Symbol.asyncDispose]())

  it.each(ordinaryMail)('finds nothing in %s', async (_, parts) => {
    const message = await signed(mail(parts), { headerList })
    const report = await checkMessage(message, {
      ip: '192.0.2.10',
      resolver: dns.resolver,
      dnsTimeoutMs,
      clock: () => sentAt,
    })
    expect(report.findings).toEqual([])
    expect(report.isBulk).toBe(parts.headers?.['List-Id'] !== undefined)
  })

  it('is enough of it', () => {
    expect(ordinaryMail.length).toBeGreaterThanOrEqual(20)
  })
})
