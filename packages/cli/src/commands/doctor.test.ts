import { writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { goodZones, startDns } from '../dns.test.fixture.ts'
import { makePlace, someMail, type Place } from '../ledger.test.fixture.ts'
import { run } from '../run-bin.test.helper.ts'

let place: Place
let dns: Awaited<ReturnType<typeof startDns>>
beforeEach(async () => {
  place = makePlace()
  dns = await startDns({ ...goodZones })
})
afterEach(async () => {
  await dns.close()
  place.remove()
})

const domain = ['doctor', 'example.com', '--ip', '192.0.2.10', '--selector', 's1', '--no-bimi']
const message = [
  'From: Example Shop <shop@example.com>',
  'To: anna@icloud.com',
  'Subject: Your order',
  `Date: ${new Date().toUTCString()}`,
  'Message-ID: <4711.20260303@example.com>',
  'MIME-Version: 1.0',
  'Content-Type: text/plain; charset=utf-8',
  '',
  'Your order 4711 is on its way.',
  '',
].join('\r\n')

describe('doctor', () => {
  test('finds nothing to mend in a domain that is in order, and says what it did not look at', async () => {
    const { code, stdout, stderr } = await run([...domain, ...dns.flags], { cwd: place.directory })
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(
      /^example\.com\n\n1 Authentication +nothing found\n2 Reputation +nothing found\n3 Content +not looked at: no message/,
    )
    expect(stdout).toMatch(/4 Bounce patterns +not looked at: no ledger is named/)
    expect(stdout).toContain('Mail will pass  SPF pass, DKIM pass, DMARC pass')
    expect(stdout).toMatch(/Nothing has to be mended in what was looked at; some of it could not be\.\n$/)
  })

  test('looks at all five steps, and exits with 3 for what is to be mended', async () => {
    await place.with(async (engine) => {
      await someMail(engine)
      await engine.canary({ id: 'spring', size: 10 })
    })
    writeFileSync(place.path('m.eml'), message)
    const args = [...domain, '--message', place.path('m.eml'), '--ledger', place.ledger, ...dns.flags]
    const { code, stdout } = await run(args)
    expect(code).toBe(3)
    expect(stdout).toMatch(/2 Reputation +1 to mend/)
    expect(stdout).toMatch(
      /to mend: Sending IP blocked by Proofpoint {2}proofpoint-block\n {2}Where +sending-ip 192\.0\.2\.10\n/,
    )
    expect(stdout).toMatch(/4\. Bounce patterns[^]*Attempts +4 in 30 days/)
    expect(stdout).toMatch(/5\. Small batch[^]*spring +waits for the answers to its first 10/)
    expect(stdout).toMatch(/Mend what is marked before you send more mail\.\n$/)
  })

  test('gives the same as JSON, with settings from the configuration', async () => {
    await place.with(async (engine) => engine.suppress({ recipient: 'emil@icloud.com', origin: 'operator' }))
    const sending = { domain: 'example.com', ips: ['192.0.2.10'], selectors: ['s1'] }
    writeFileSync(place.path('icloud-delivery.config.json'), JSON.stringify({ ledger: 'icloud.db', sending }))
    const { code, stdout } = await run(['doctor', '--json', '--no-bimi', ...dns.flags], {
      cwd: place.directory,
    })
    expect(code).toBe(0)
    const { steps } = JSON.parse(stdout)
    expect(steps).toMatchObject([
      { name: 'authentication', skipped: null, findings: [], report: { forecast: { dmarc: 'pass' } } },
      { name: 'reputation', report: { listings: [{ status: 'not-listed' }, { status: 'not-listed' }] } },
      { name: 'content', skipped: expect.stringContaining('--message') },
      { name: 'bounces', skipped: expect.stringContaining('no mail of the envelope domain example.com') },
      { name: 'batch', skipped: expect.stringContaining('no test batch') },
    ])
  })

  test('tells "no answer" from "no record"', async () => {
    const { code, stdout } = await run([...domain, '--dns', '127.0.0.1:9', '--dns-timeout', '300'], {
      cwd: place.directory,
    })
    expect(code).toBe(0)
    expect(stdout).toMatch(/SPF +not known\n/)
    expect(stdout).toContain('cannot tell: DNS gave no answer')
    const missing = await startDns({ 'example.com': { MX: ['mail.example.com'] } })
    const none = await run([...domain, ...missing.flags], { cwd: place.directory })
    expect([none.code, none.stdout]).toEqual([3, expect.stringMatching(/SPF +no record\n/)])
    await missing.close()
  })

  test('cannot tell anything over a resolver that says "no such name" to everything, and says what to do', async () => {
    const deaf = await startDns({})
    const { code, stdout } = await run(['doctor', 'example.com', '--ip', '192.0.2.10', ...deaf.flags], {
      cwd: place.directory,
    })
    await deaf.close()
    expect(code).toBe(0)
    expect(stdout).not.toMatch(/to mend|no record/)
    expect(stdout).toMatch(/SPF +not known\nDMARC +not known\n192\.0\.2\.10 +no answer\n/)
    expect(stdout).toMatch(/Mail will pass +SPF unknown, DKIM unknown, DMARC unknown \(no --selector\)\n/)
    expect(stdout).toMatch(/Seen +the resolver finds no name at all/)
    expect(stdout).toMatch(/Fix +Try again, then over another resolver \(--dns/)
  })

  test.each<[string[], number, RegExp]>([
    [[], 2, /name a domain/],
    [['example.com', '--tls', 'a b'], 2, /--tls must be a host/],
    [['exa mple'], 2, /EARGUMENT/],
    [['example.com', '--ledger', 'missing.db'], 2, /there is no ledger/],
    [['example.com', '--message', 'missing.eml', '--dns', '127.0.0.1:9', '--no-bimi'], 1, /EINPUT/],
  ])('%j is an error', async (args, exit, message_) => {
    const { code, stdout, stderr } = await run(['doctor', ...args], { cwd: place.directory })
    expect([code, stdout, stderr]).toEqual([exit, '', expect.stringMatching(message_)])
  })
})
