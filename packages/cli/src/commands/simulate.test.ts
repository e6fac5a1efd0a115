import { writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makePlace, refusal, replies, someMail, type Place } from '../ledger.test.fixture.ts'
import { run as runBin, type Ended } from '../run-bin.test.helper.ts'

let place: Place
beforeEach(() => {
  place = makePlace()
})
afterEach(() => place.remove())

function simulate(policy: string, ...args: string[]): Promise<Ended> {
  writeFileSync(place.path('policy.json'), policy)
  return runBin(['simulate', '--policy', place.path('policy.json'), ...args, '--ledger', place.ledger])
}

describe('simulate', () => {
  test('the same policy does the same as was recorded', async () => {
    await place.with(someMail)
    const { code, stdout } = await simulate('{}')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^4 recorded attempts, 0 differences\n/)
    expect(stdout).toMatch(/recipient suppressed +1 +1 +1\n/)
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(
      /What this cannot tell - What Apple would have said .* - How holds of sending domains .* - How fast mail /,
    )
  })

  test('what another policy would have suppressed, held and sent', async () => {
    let now = Date.parse('2026-01-31T09:30:00Z')
    // Apple took mail for anna, so the first refusal only puts her in doubt.
    await place.with(
      async (engine) => {
        const send = (
          messageId: string,
          outcome: Parameters<typeof engine.record>[0]['outcome'],
        ): Promise<unknown> => {
          now += 60_000
          return engine.record({ sender: 'a@example.com', recipient: 'anna@icloud.com', messageId, outcome })
        }
        await send('1', { kind: 'delivered' })
        await send('2', refusal(replies.noSuchUser))
        await send('3', { kind: 'delivered' })
      },
      { clock: () => now },
    )
    const policy = '{"rules":{"invalid-recipient":{"quarantine":null}}}'
    const { code, stdout } = await simulate(policy, '--json')
    expect(code).toBe(0)
    const rows = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(rows).toMatchObject([
      { recipient: 'anna@icloud.com', inForce: expect.not.stringMatching(/^suppress$/), tried: 'suppress' },
      { recipient: 'anna@icloud.com', tried: 'suppressed' },
      {
        summary: {
          attempts: 3,
          leftOut: ['answers-to-unsent', 'sending-domains', 'lane-pace'],
          suppressed: { inForce: 0, tried: 1, added: ['anna@icloud.com'] },
        },
      },
    ])
  })

  test('has nothing to say of an empty ledger', async () => {
    await place.with(async (engine) => engine.suppress({ recipient: 'emil@icloud.com', origin: 'operator' }))
    expect(await simulate('{}')).toEqual({
      code: 0,
      stdout: '',
      stderr: 'The event log holds no attempt of that time.\n',
    })
  })

  test.each<[string, RegExp]>([
    ['{"rules":{"mailbox-full":{"colour":1}}}', /there is no option "colour".*EPOLICY/],
    ['[]', /must hold an object/],
    ['{', /cannot be read/],
  ])('refuses the policy %s', async (policy, message) => {
    await place.with(someMail)
    const { code, stderr } = await simulate(policy)
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)])
  })
})
