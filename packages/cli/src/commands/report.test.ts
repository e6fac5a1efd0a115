import { readFileSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makePlace, replies, someMail, type Place } from '../ledger.test.fixture.ts'
import { run as runBin, type Ended } from '../run-bin.test.helper.ts'

let place: Place
beforeEach(async () => {
  place = makePlace()
  await place.with(someMail)
})
afterEach(() => place.remove())

const sender = ['--company', 'Example Ltd', '--domain', 'example.com', '--ip', '192.0.2.10']
const run = (...args: string[]): Promise<Ended> => runBin(['report', ...args, '--ledger', place.ledger])

describe('report', () => {
  test('writes to Apple with the five things they ask for, and no address of a recipient', async () => {
    const { code, stdout, stderr } = await run('apple', ...sender, '--description', 'Receipts are refused.')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^To: icloudadmin@apple\.com\nSubject: iCloud Mail refuses mail from example\.com/)
    for (const part of ['Example Ltd', 'example.com', '192.0.2.10', replies.hm08, 'Receipts are refused.'])
      expect(stdout).toContain(part)
    expect(stdout).not.toContain('carl@')
    expect(stderr).toContain('To be sent to icloudadmin@apple.com')
    const shown = await run('apple', ...sender, '--description', 'x', '--show-recipients')
    expect(shown.stdout).toContain('carl@icloud.com')
  })

  test('asks Proofpoint and Spamhaus for removal, with the page to do it', async () => {
    const proofpoint = await run(
      'proofpoint',
      ...sender,
      '--remediation',
      'The script is gone.',
      '--format',
      'markdown',
    )
    expect(proofpoint.stdout).toMatch(
      /^# Request[^]*<https:\/\/ipcheck\.proofpoint\.com\/\?ip=192\.0\.2\.10>/,
    )
    expect(proofpoint.stdout).toContain('The script is gone.')
    const spamhaus = await run('spamhaus', ...sender, '--remediation', 'It is gone.')
    expect(spamhaus.stdout).toMatch(/^Form: https:\/\/check\.spamhaus\.org\//)
    expect(spamhaus.stderr).toMatch(/To be entered at https:\/\/check\.spamhaus\.org[^]*Note: /)
  })

  test('writes a mail with the creative, and takes texts from files and the rest from the configuration', async () => {
    writeFileSync(place.path('what.txt'), 'Since Monday.\n')
    writeFileSync(place.path('refused.eml'), 'From: shop@example.com\r\n\r\nBuy!\r\n')
    const report = {
      company: 'Example Ltd',
      domain: 'example.com',
      ips: ['192.0.2.10'],
      from: 'ops@example.com',
    }
    writeFileSync(place.path('c.json'), JSON.stringify({ report }))
    const output = place.path('letter.eml')
    const args = ['--description', `@${place.path('what.txt')}`, '--attach', place.path('refused.eml')]
    const { code } = await run('apple', ...args, '--config', place.path('c.json'), '--output', output)
    expect(code).toBe(0)
    const mail = readFileSync(output, 'utf8')
    expect(mail).toMatch(/^X-Unsent: 1\r\nFrom: ops@example\.com\r\nTo: icloudadmin@apple\.com\r\n/)
    expect(mail).toContain('Content-Type: message/rfc822')
    expect(mail).toContain('Since Monday.')
    const again = await run('apple', ...args, '--config', place.path('c.json'), '--output', output)
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('not overwritten') })
  })

  test('gives the same as JSON, and says if nothing is on record', async () => {
    const { stdout, stderr } = await run(
      'apple',
      ...sender,
      '--description',
      'x',
      '--rule',
      'dmarc-failure',
      '--json',
    )
    const letter = JSON.parse(stdout)
    expect(letter).toMatchObject({ to: 'icloudadmin@apple.com', urls: [] })
    expect(letter.notes.join()).toContain('no such reply')
    expect(stderr).toBe('')
  })

  test.each<[string[], RegExp]>([
    [['apple', '--description', 'x'], /the letter needs --company/],
    [['apple', ...sender], /--description/],
    [['spamhaus', ...sender], /--remediation/],
    [['apple', ...sender, '--description', 'x', '--attach', 'a'], /--format eml/],
    [['gmail'], /Allowed choices are apple, proofpoint, spamhaus/],
    [['apple', ...sender, '--description', 'x', '--rule', 'mailbox-ful'], /there is no rule/],
  ])('refuses %j', async (args, message) => {
    const { code, stdout, stderr } = await run(...args)
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringMatching(message)])
  })
})
