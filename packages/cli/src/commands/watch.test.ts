import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makePlace, refusal, replies, someMail, type Place } from '../ledger.test.fixture.ts'
import { bin, killStarted, start } from '../run-bin.test.helper.ts'

let place: Place
beforeEach(async () => {
  place = makePlace()
})
afterEach(() => {
  killStarted()
  place.remove()
})

describe('watch', () => {
  test.each([[['--json']], [[]]])('follows the event log with %j until it is stopped', async (flags) => {
    await place.with(someMail)
    const child = start([bin, 'watch', '--lines', '1', ...flags, '--ledger', place.ledger])
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const next = async (): Promise<string> => String((await lines.next()).value)
    expect(await next()).toContain('emil@icloud.com')
    await place.with((engine) =>
      engine.record({
        sender: 'shop@example.com',
        recipient: 'gina@icloud.com',
        messageId: '9@example.com',
        outcome: refusal(replies.noSuchUser.replace('anna', 'gina')),
      }),
    )
    const line = await next()
    if (flags.length === 0)
      expect(line).toMatch(/^\d{4}-.* suppress +gina@icloud\.com invalid-recipient {2}550 /)
    else expect(JSON.parse(line)).toMatchObject({ type: 'suppress', subject: 'gina@icloud.com' })
    child.kill('SIGINT')
    expect(await once(child, 'exit')).toEqual([0, null])
  })

  test('shows only the types that are asked for, and says if there is nothing yet', async () => {
    await place.with(async (engine) => engine.ledger.read(['recipient/anna@icloud.com']))
    const child = start([bin, 'watch', '--type', 'alert', '--ledger', place.ledger])
    const said = createInterface({ input: child.stderr })[Symbol.asyncIterator]()
    expect((await said.next()).value).toMatch(/^The event log is empty/)
    await place.with(someMail)
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    expect((await lines.next()).value).toMatch(/ alert +sending-ip\/192\.0\.2\.10 proofpoint-block /)
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([0, null])
  })
})
