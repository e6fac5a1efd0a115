import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { goodZones, startDns } from '../dns.test.fixture.ts'
import { run } from '../run-bin.test.helper.ts'

describe('listings', () => {
  let dns: Awaited<ReturnType<typeof startDns>>
  beforeAll(async () => {
    dns = await startDns({ ...goodZones, '11.2.0.192.zen.spamhaus.org': { A: ['127.0.0.2'] } })
  })
  afterAll(() => dns.close())

  test('tells what is listed and where to ask for removal, and exits with 3', async () => {
    const { code, stdout } = await run(['listings', '192.0.2.10', '192.0.2.11', 'example.com', ...dns.flags])
    expect(code).toBe(3)
    expect(stdout).toMatch(
      /192\.0\.2\.10 +not listed +-\n +192\.0\.2\.11 +listed +SBL\n +example\.com +not listed/,
    )
    expect(stdout).toContain('https://check.spamhaus.org/results/?query=192.0.2.11')
    expect(stdout).toContain('https://ipcheck.proofpoint.com/?ip=192.0.2.11')
    expect(stdout).toMatch(/to mend: .*spamhaus/i)
  })

  test('gives the same as JSON; nothing listed is fine', async () => {
    const { code, stdout } = await run(['listings', '192.0.2.10', '--json', ...dns.flags])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      listings: [{ subject: '192.0.2.10', status: 'not-listed' }],
      findings: [],
    })
  })

  test('says what went unanswered, and ends then, with a name server that says nothing', async () => {
    const silent = createSocket('udp4').bind(0, '127.0.0.1')
    try {
      await once(silent, 'listening')
      const flags = ['--dns', `127.0.0.1:${silent.address().port}`, '--dns-timeout', '50']
      const { stdout } = await run(['listings', '192.0.2.10', '--json', ...flags])
      // In these words, and not in those of c-ares, which would not read an answer that came while the process stood still.
      expect(JSON.parse(stdout)).toMatchObject({
        listings: [{ status: 'cannot-tell' }],
        findings: [{ code: 'listing-cannot-tell', evidence: 'no answer: no answer within 50 ms' }],
      })
    } finally {
      silent.close()
    }
  })

  test.each<[string[], RegExp]>([
    [[], /name IPs or domains/],
    [['not_a domain'], /EARGUMENT/],
    [['192.0.2.10', '--dns', 'ns.example.com'], /--dns must be an IP/],
  ])('refuses %j', async (args, message) => {
    const { code, stdout, stderr } = await run(['listings', ...args], { cwd: '/' })
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringMatching(message)])
  })
})
