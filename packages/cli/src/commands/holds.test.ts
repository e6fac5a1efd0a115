import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makePlace, someMail, type Place } from '../ledger.test.fixture.ts'
import { run as runBin, type Ended } from '../run-bin.test.helper.ts'

let place: Place
beforeEach(async () => {
  place = makePlace()
  await place.with(async (engine) => {
    await someMail(engine)
    await engine.canary({ id: 'spring', size: 10 })
  })
})
afterEach(() => place.remove())
const run = (...args: string[]): Promise<Ended> => runBin(['holds', ...args, '--ledger', place.ledger])

describe('holds', () => {
  test('lists what is held, and why', async () => {
    const { code, stdout } = await run()
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /^hold\trule\tsince\tnext try\treply\nsending-ip\/192\.0\.2\.10\tproofpoint-block\t.*\tin [56]\d min\t550 /,
    )
    expect(JSON.parse((await run('list', '--json')).stdout)).toMatchObject({
      scope: 'sending-ip',
      id: '192.0.2.10',
    })
  })

  test('releases one by its name, after a question', async () => {
    const asked = await run('release', 'sending-ip/192.0.2.10')
    expect([asked.code, asked.stderr]).toEqual([
      1,
      expect.stringContaining('Release 1 hold: sending-ip/192.0.2.10?'),
    ])
    expect(await run('release', 'sending-ip/192.0.2.10', '--yes')).toMatchObject({
      code: 0,
      stdout: 'Released 1 hold.\n',
    })
    expect(await run()).toEqual({ code: 0, stdout: '', stderr: 'Nothing is held.\n' })
  })

  test('lets a campaign go that waits for its test batch', async () => {
    const { stdout } = await run('release', 'campaign/spring', '--yes', '--json')
    expect(JSON.parse(stdout)).toEqual({ released: 1 })
  })

  test('lets a message go that has no campaign', async () => {
    await place.with((engine) =>
      engine.record({
        sender: 'shop@example.com',
        recipient: 'fred@icloud.com',
        messageId: '5@example.com',
        outcome: {
          kind: 'reply',
          input: '554 5.7.1 [CS02] Message rejected due to local policy.',
          mx: 'mx01.mail.icloud.com',
        },
      }),
    )
    const { stdout } = await run('release', 'campaign/<5@example.com>', '--yes', '--json')
    expect(JSON.parse(stdout)).toEqual({ released: 1 })
  })

  test('touches nothing if one of the names is not held', async () => {
    const { code, stderr } = await run('release', 'sending-ip/192.0.2.10', 'stream/a', '--yes')
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/"stream\/a" is not held; held are: sending-ip/),
    ])
    expect((await run('--json')).stdout).not.toBe('')
  })
})
