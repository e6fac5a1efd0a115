import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makePlace, someMail, type Place } from '../ledger.test.fixture.ts'
import { run as runBin, type Ended } from '../run-bin.test.helper.ts'

let place: Place
beforeEach(() => {
  place = makePlace()
})
afterEach(() => place.remove())
const run = (...args: string[]): Promise<Ended> =>
  runBin(['replay', '--dry-run', ...args, '--ledger', place.ledger])

describe('replay', () => {
  test('says if today’s rules would do the same', async () => {
    await place.with(someMail)
    expect(await run()).toEqual({
      code: 0,
      stdout: '',
      stderr: 'Today’s rules would do the same.\n3 replies looked at, 0 differences.\n',
    })
  })

  test('lists what would differ, and changes nothing', async () => {
    await place.with(async ({ ledger }) => {
      const suppression = {
        recipient: 'anna@icloud.com',
        origin: 'reply',
        streams: ['*'],
        at: Date.now(),
        rule: 'invalid-recipient',
        rulesVersion: '0.0.1',
        reply: '552 5.2.2 <anna@icloud.com>: user is over quota',
        messageId: '1',
        note: null,
      }
      await ledger.write([
        { key: 'recipient/anna@icloud.com', expected: 0, value: { suppressions: [suppression] } },
      ])
    })
    const { code, stdout } = await run('--json')
    expect(code).toBe(0)
    const [difference, last] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(difference).toMatchObject({ kind: 'would-not-suppress', recipient: 'anna@icloud.com' })
    expect(last).toMatchObject({ summary: { replies: 1, differences: 1 } })
    expect((await run()).stdout).toContain('would-not-suppress\tanna@icloud.com\t')
  })

  test('refuses a time that is none', async () => {
    expect(await run('--since', 'monday')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('24h or 7d'),
    })
  })
})
