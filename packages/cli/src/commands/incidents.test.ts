import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makePlace, refusal, someMail, type Place } from '../ledger.test.fixture.ts'
import { run as runBin, type Ended } from '../run-bin.test.helper.ts'

let place: Place
beforeEach(() => {
  place = makePlace()
})
afterEach(() => place.remove())
const run = (...args: string[]): Promise<Ended> => runBin(['incidents', ...args, '--ledger', place.ledger])

/** Apple says in its own words that its directory is out of order. */
async function outage(): Promise<void> {
  const outcome = refusal('550 5.1.1 <anna@icloud.com>: user lookup success but no user record found')
  await place.with(async (engine) => {
    await engine.record({ sender: 'a@example.com', recipient: 'anna@icloud.com', messageId: '1', outcome })
    await engine.incidents()
  })
}

describe('incidents', () => {
  test('says if there was none', async () => {
    await place.with(someMail)
    expect(await run()).toEqual({ code: 0, stdout: '', stderr: 'No incident was seen.\n' })
    expect(await run('--json')).toEqual({ code: 0, stdout: '', stderr: '' })
  })

  test('lists one, and ends it by hand', async () => {
    await outage()
    const { id, rules } = JSON.parse((await run('list', '--json')).stdout)
    expect(rules).toEqual(['directory-outage'])
    expect((await run()).stdout).toMatch(
      /^incident\trules\tsince\tended\t.*\n.*\tdirectory-outage\t.*\tlasts\t/,
    )
    expect(await run('close', id)).toMatchObject({ code: 1, stderr: expect.stringContaining('say --yes') })
    expect(await run('close', id, '--yes')).toMatchObject({ code: 0, stdout: `Ended ${id}.\n` })
    expect(await run('close', id, '--yes')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('(ENOTFOUND)'),
    })
  })
})
