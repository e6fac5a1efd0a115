import { writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { goodZones, startDns } from '../dns.test.fixture.ts'
import { makePlace, type Place } from '../ledger.test.fixture.ts'
import { run } from '../run-bin.test.helper.ts'

let place: Place
beforeEach(() => {
  place = makePlace()
})
afterEach(() => place.remove())

const message = (from: string, body: string): string =>
  [
    `From: ${from} <shop@example.com>`,
    'To: anna@icloud.com',
    'Subject: Your order',
    `Date: ${new Date().toUTCString()}`,
    'Message-ID: <4711.20260303@example.com>',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    '',
    body,
    '',
  ].join('\r\n')
const good = message('Example Shop', 'Your order 4711 is on its way: https://example.com/orders/4711')
const bad = message('PayPal Service', 'Confirm your password at http://192.0.2.1/login')

describe('lint', () => {
  test('says what to mend, with the evidence, the fix and the reply at risk, and exits with 3', async () => {
    const { code, stdout, stderr } = await run(['lint', '-', '--no-authentication'], { input: bad })
    expect([code, stderr]).toEqual([3, ''])
    expect(stdout).toMatch(/^Your order\n\nFrom +example\.com\n/)
    expect(stdout).toMatch(
      /to mend: A link leads to a bare IP address {2}link-ip-literal\n {2}Where +links\n {2}Seen +192\.0\.2\.1\n {2}Fix .*\n {2}Risks +policy-cs02/,
    )
  })

  test('finds nothing in an ordinary message', async () => {
    writeFileSync(place.path('m.eml'), good)
    const { code, stdout } = await run(['lint', place.path('m.eml'), '--no-authentication'])
    expect([code, stdout]).toEqual([0, expect.stringContaining('nothing found')])
  })

  test('gives the report as JSON, and compares its links with those of the last send', async () => {
    const dns = await startDns(goodZones)
    const args = ['--ip', '192.0.2.10', '--will-sign', 'example.com:s1', '--json', ...dns.flags]
    const first = await run(['lint', '-', ...args], { input: good })
    expect(first.code).toBe(0)
    expect(JSON.parse(first.stdout)).toMatchObject({
      fromDomain: 'example.com',
      linkHosts: ['example.com'],
      authentication: { forecast: { spf: 'pass', dkim: 'pass', dmarc: 'pass' } },
    })
    writeFileSync(place.path('last.json'), first.stdout)
    const other = good.replace('https://example.com', 'https://example.net')
    const next = await run(['lint', '-', ...args, '--previous', place.path('last.json')], { input: other })
    expect(JSON.parse(next.stdout).findings).toContainEqual(
      expect.objectContaining({ code: 'link-hosts-changed' }),
    )
    await dns.close()
  })

  test.each<[string[], number, RegExp]>([
    [['missing.eml'], 1, /EINPUT/],
    [['-', '--will-sign', 'example.com'], 2, /--will-sign must be a domain and a selector/],
    [['-', '--ip', 'here'], 2, /EARGUMENT/],
    [['-', '--previous', 'missing.json'], 1, /missing\.json cannot be read/],
  ])('%j is an error', async (args, exit, message_) => {
    const { code, stdout, stderr } = await run(['lint', ...args], { input: good, cwd: place.directory })
    expect([code, stdout, stderr]).toEqual([exit, '', expect.stringMatching(message_)])
  })
})
