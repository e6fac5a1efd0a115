import { writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { DovecotServer, hasDovecot } from '@icloud-delivery/dovecot-for-tests'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makePlace, type Place } from '../ledger.test.fixture.ts'
import { run } from '../run-bin.test.helper.ts'

let place: Place
beforeEach(() => {
  place = makePlace()
})
afterEach(() => place.remove())

const record = (ip: string, count: number, result: string): string =>
  `<record><row><source_ip>${ip}</source_ip><count>${count}</count><policy_evaluated><disposition>none</disposition>` +
  `<dkim>${result}</dkim><spf>${result}</spf></policy_evaluated></row><identifiers><header_from>example.com</header_from>` +
  `</identifiers><auth_results><spf><domain>example.com</domain><result>${result}</result></spf></auth_results></record>`
const report = (...records: string[]): string =>
  `<?xml version="1.0"?><feedback><report_metadata><org_name>Example Org</org_name><report_id>1</report_id><date_range>` +
  `<begin>1767225600</begin><end>1767312000</end></date_range></report_metadata><policy_published><domain>example.com</domain>` +
  `<p>none</p></policy_published>${records.join('')}</feedback>`

describe('dmarc', () => {
  test('lists sources, the most failures first, and exits with 3', async () => {
    const xml = report(record('192.0.2.10', 90, 'pass'), record('198.51.100.7', 12, 'fail'))
    writeFileSync(place.path('report.xml.gz'), gzipSync(xml))
    const { code, stdout } = await run(['dmarc', place.path('report.xml.gz')])
    expect(code).toBe(3)
    expect(stdout).toMatch(/^1 report, 102 messages\n/)
    expect(stdout).toMatch(/198\.51\.100\.7 +12 +0 +example\.com.*\n +192\.0\.2\.10 +0 +90 /)
    const json = await run(['dmarc', place.path('report.xml.gz'), '--json'])
    expect(JSON.parse(json.stdout)).toMatchObject({
      failed: 12,
      sources: [{ ip: '198.51.100.7' }, { ip: '192.0.2.10' }],
    })
  })

  test('exits with 0 if all passed', async () => {
    writeFileSync(place.path('report.xml'), report(record('192.0.2.10', 90, 'pass')))
    expect((await run(['dmarc', place.path('report.xml')])).code).toBe(0)
  })

  test('names what is no report, and what is not there', async () => {
    writeFileSync(place.path('other.xml'), '<html></html>')
    const other = await run(['dmarc', place.path('other.xml')])
    expect([other.code, other.stdout]).toEqual([1, expect.stringContaining('A report could not be read')])
    const missing = await run(['dmarc', place.path('missing.xml'), '--json'])
    expect([missing.code, JSON.parse(missing.stderr).error.code]).toEqual([1, 'EINPUT'])
  })

  test.skipIf(!hasDovecot())('reads a folder over IMAP, with an account that no flag names', async () => {
    const address = 'dmarc@example.com'
    const server = await DovecotServer.start({ users: { [address]: 'secret-word' } })
    try {
      const xml = report(record('198.51.100.7', 12, 'fail'))
      const mail = [
        'From: reports@example.org',
        'Subject: Report',
        'MIME-Version: 1.0',
        'Content-Type: application/gzip; name="report.xml.gz"',
        'Content-Transfer-Encoding: base64',
        '',
        gzipSync(xml).toString('base64'),
        '',
      ].join('\r\n')
      await server.deliver(address, mail, 'Reports')
      const account = {
        address,
        password: 'secret-word',
        host: server.host,
        port: server.tlsPort,
        ca: server.certificate,
      }
      const env = { ICLOUD_DELIVERY_DMARC_IMAP: JSON.stringify([account]) }
      const found = await run(['dmarc', '--imap', '--folder', 'Reports', '--json'], { env })
      expect(found.code).toBe(3)
      expect(JSON.parse(found.stdout)).toMatchObject({ failed: 12, sources: [{ ip: '198.51.100.7' }] })
      const wrong = { ICLOUD_DELIVERY_DMARC_IMAP: JSON.stringify([{ ...account, password: 'wrong-word' }]) }
      const refused = await run(['dmarc', '--imap'], { env: wrong })
      expect([refused.code, refused.stderr.includes('wrong-word')]).toEqual([1, false])
    } finally {
      await server.stop()
    }
  })

  test.each([[[]], [['--folder', 'Reports']]])('refuses %j', async (args) => {
    expect(await run(['dmarc', ...args])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('--imap'),
    })
  })
})
