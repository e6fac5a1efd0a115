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

  test.each<[string[], RegExp]>([
    [[], /name IPs or domains/],
    [['not_a domain'], /EARGUMENT/],
    [['192.0.2.10', '--dns', 'ns.example.com'], /--dns must be an IP/],
  ])('refuses %j', async (args, message) => {
    const { code, stdout, stderr } = await run(['listings', ...args], { cwd: '/' })
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringMatching(message)])
  })
})
