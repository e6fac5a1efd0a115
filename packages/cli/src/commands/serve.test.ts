import { once } from 'node:events'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makePlace, someMail, type Place } from '../ledger.test.fixture.ts'
import { bin, killStarted, run, start } from '../run-bin.test.helper.ts'

const secret = 'a-long-random-secret'

let place: Place
beforeEach(async () => {
  place = makePlace()
  await place.with(someMail)
})
afterEach(() => {
  killStarted()
  place.remove()
})

function bounce(id: number): string {
  return JSON.stringify({
    RecordType: 'Bounce',
    ID: id,
    Type: 'HardBounce',
    MessageID: '883953f4-6105-42a2-a16a-77a8eac79483',
    Email: 'gina@icloud.com',
    Details: 'smtp;550 5.1.1 <gina@icloud.com>: user does not exist',
    BouncedAt: new Date().toISOString(),
  })
}

describe('serve', () => {
  test('takes webhooks of those who know the secret, each event once, until it is stopped', async () => {
    writeFileSync(
      place.path('c.json'),
      JSON.stringify({ ledger: 'icloud.db', webhooks: { postmark: { secret } } }),
    )
    const child = start([
      bin,
      'serve',
      '--port',
      '0',
      '--json',
      '--stream',
      'news',
      '--config',
      place.path('c.json'),
    ])
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const next = async (): Promise<any> => JSON.parse(String((await lines.next()).value))
    const { origin, paths } = await next()
    expect(paths).toEqual(['/postmark'])
    const post = (word: string): Promise<Response> =>
      fetch(`${origin}/postmark`, {
        method: 'POST',
        headers: { authorization: `Bearer ${word}` },
        body: bounce(42),
      })
    expect((await post('a wrong word')).status).toBe(401)
    const first = await post(secret)
    expect([first.status, await first.json()]).toEqual([200, expect.objectContaining({ recorded: 1 })])
    expect(await next()).toMatchObject({
      status: 'recorded',
      recipient: 'gina@icloud.com',
      rule: 'invalid-recipient',
      action: 'suppress',
    })
    expect(await (await post(secret)).json()).toMatchObject({ duplicate: 1 })
    const other = await fetch(`${origin}/ses`, { method: 'POST' })
    expect(other.status).toBe(404)
    expect(other.headers.get('keep-alive')).toBe('timeout=75')
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([0, null])
    const address = await run(['address', 'gina@icloud.com', '--json', '--ledger', place.ledger])
    expect(JSON.parse(address.stdout)).toMatchObject({ suppressions: [{ rule: 'invalid-recipient' }] })
  })

  test('ends also while somebody holds a connection on which nothing was asked', async () => {
    writeFileSync(
      place.path('c.json'),
      JSON.stringify({ ledger: 'icloud.db', webhooks: { postmark: { secret } } }),
    )
    const child = start([bin, 'serve', '--port', '0', '--json', '--config', place.path('c.json')])
    const [line] = await once(child.stdout, 'data')
    const silent = connect(Number(new URL(JSON.parse(String(line)).origin).port), '127.0.0.1')
    silent.on('error', () => {})
    await once(silent, 'connect')
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([0, null])
    silent.destroy()
  })

  test.each<[Record<string, string>, number, RegExp]>([
    [{}, 2, /no ESP is configured: .*ICLOUD_DELIVERY_POSTMARK_SECRET/],
    [{ ICLOUD_DELIVERY_POSTMARK_SECRET: 'too-short-word' }, 2, /EARGUMENT/],
    [{ ICLOUD_DELIVERY_SES_TOPICS: 'my-topic' }, 2, /EARGUMENT/],
  ])('does not start with %j', async (env, exit, message) => {
    const { code, stdout, stderr } = await run(['serve', '--port', '0', '--ledger', place.ledger], { env })
    expect([code, stdout, stderr]).toEqual([exit, '', expect.stringMatching(message)])
    expect(stderr).not.toContain('too-short-word')
  })

  test('needs a ledger, or --create', async () => {
    const env = { ICLOUD_DELIVERY_POSTMARK_SECRET: secret }
    const missing = await run(['serve', '--json', '--ledger', place.path('new.db')], { env })
    expect([missing.code, JSON.parse(missing.stderr).error.code]).toEqual([2, 'ENOLEDGER'])
  })
})
