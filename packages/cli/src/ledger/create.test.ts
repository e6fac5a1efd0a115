import { once } from 'node:events'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makePlace, type Place } from '../ledger.test.fixture.ts'
import { run } from '../run-bin.test.helper.ts'

let place: Place
beforeEach(() => {
  place = makePlace()
})
afterEach(() => place.remove())

const secret = { ICLOUD_DELIVERY_POSTMARK_SECRET: 'a-long-random-secret' }

describe('--create makes nothing before all is known to be good', () => {
  test.each<[what: string, args: string[], env: Record<string, string>, code: number, message: RegExp]>([
    ['serve without an ESP', ['serve'], {}, 2, /no ESP is configured/],
    [
      'serve with a short secret',
      ['serve'],
      { ICLOUD_DELIVERY_POSTMARK_SECRET: 'short' },
      2,
      /^icloud-delivery: "webhooks\.postmark\.secret" in the configuration \(or ICLOUD_DELIVERY_POSTMARK_SECRET\) must be a secret of 16/,
    ],
    [
      'serve with a wrong key',
      ['serve'],
      { ICLOUD_DELIVERY_SENDGRID_KEY: 'none' },
      2,
      /"webhooks\.sendgrid\.publicKey"/,
    ],
    ['a log that is not there', ['ingest', '--log', 'missing.log'], {}, 1, /missing\.log cannot be read/],
    ['a Maildir that is not there', ['ingest', '--maildir', 'missing'], {}, 1, /missing cannot be read/],
    ['an mbox that is not there', ['ingest', '--mbox', 'missing'], {}, 1, /missing cannot be read/],
    ['IMAP without an account', ['ingest', '--imap'], {}, 2, /ICLOUD_DELIVERY_IMAP/],
    [
      'a time zone that is none',
      ['ingest', '--log', 'log', '--time-zone', 'Mars'],
      {},
      2,
      /: --time-zone must/,
    ],
    [
      'what is no address of a mailbox',
      ['suppressions', 'add', 'anna@icloud.com', 'a\u0001@icloud.com'],
      {},
      2,
      /the recipient must be an address/,
    ],
    [
      'a list that is not there',
      ['suppressions', 'import', 'missing.csv'],
      {},
      1,
      /missing\.csv cannot be read/,
    ],
    [
      'keys that cannot be right',
      ['suppressions', 'add', 'anna@icloud.com'],
      { ICLOUD_DELIVERY_ADDRESS_KEYS: '[{"id":"k","secret":"short"}]' },
      2,
      /addressKeys/,
    ],
  ])('%s', async (_what, args, env, code, message) => {
    writeFileSync(place.path('log'), 'Jan 31 12:00:00 mx postfix/smtpd[1]: connect from unknown\n')
    const ended = await run([...args, '--ledger', place.ledger, '--create'], { env, cwd: place.directory })
    expect(ended.stderr).toMatch(message)
    expect([ended.code, readdirSync(place.directory)]).toEqual([code, ['log']])
  })

  test('a policy that cannot be right', async () => {
    writeFileSync(place.path('policy.json'), '{"rules":{"no-such-rule":{}}}')
    const env = { ICLOUD_DELIVERY_POLICY: place.path('policy.json') }
    const args = ['suppressions', 'add', 'anna@icloud.com', '--ledger', place.ledger, '--create']
    expect(await run(args, { env })).toMatchObject({ code: 2, stderr: expect.stringContaining('EPOLICY') })
    expect(existsSync(place.ledger)).toBe(false)
  })

  test('a port that somebody else has', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const args = ['serve', '--port', String(port), '--ledger', place.ledger, '--create']
    const { code, stderr } = await run(args, { env: secret })
    other.close()
    expect([code, stderr]).toEqual([1, expect.stringMatching(/port \d+ cannot be had/)])
    expect(existsSync(place.ledger)).toBe(false)
  })
})

test('--create makes no directories: the path may be mistyped', async () => {
  const ledger = place.path('no/such/icloud.db')
  const { code, stderr } = await run(['suppressions', 'add', 'a@icloud.com', '--ledger', ledger, '--create'])
  expect([code, stderr]).toEqual([
    2,
    expect.stringContaining(`there is no directory ${place.path('no/such')}`),
  ])
  expect(readdirSync(place.directory)).toEqual([])
})

test('--create says what it made', async () => {
  const args = ['suppressions', 'add', 'a@icloud.com', '--ledger', place.ledger, '--create']
  expect(await run(args)).toMatchObject({ code: 0, stderr: `Made a new ledger: ${place.ledger}\n` })
})
