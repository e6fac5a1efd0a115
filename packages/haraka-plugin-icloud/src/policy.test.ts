import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { smartHost } from './plugins.test.fixture.ts'
import { ageless, probeDue, setStage, type Stage } from './stage.test.fixture.ts'

/** Nothing here lasts long enough to see a probe that is not asked for. */
const held = { scope: 'sending-ip', count: 1, windowSeconds: 60, forSeconds: 3600, probeEverySeconds: 3600 }

let stage: Stage

beforeAll(async () => {
  stage = await setStage({
    apple: { connection: [{ rule: 'proofpoint-block' }, { accept: true }] },
    haraka: {
      ownPlugins: { smartHost },
      config: {
        'icloud_policy.json': JSON.stringify({
          jitter: 'some',
          ...ageless,
          rules: {
            'proofpoint-block': { hold: held },
            'spamhaus-block': { hold: held },
          },
        }),
      },
    },
    icloud: [
      '[lanes]',
      'marketing=bulk',
      // Held mail would ask again by itself after a minute, which is too late for the tests.
      '[policy]',
      'time_scale=0.0166',
    ],
  })
})

afterAll(() => stage?.close())

describe('config/icloud_policy.json', () => {
  it('a setting that is not allowed is one line in the log', () => {
    expect(stage.haraka.log.filter((line) => line.includes('icloud_policy'))).toEqual([
      expect.stringContaining(
        'config/icloud_policy.json jitter: expected a number from 0 to 1, found "some"; using the default',
      ),
    ])
  })

  it('rules over holds; when the probe is accepted, the rest does not wait for the next one', async () => {
    const to = ['one@icloud.com', 'two@icloud.com', 'three@icloud.com']
    await stage.haraka.send({ from: 'a@example.com', to: ['one@icloud.com'] })
    await stage.haraka.logged(/<one@icloud\.com> rule=proofpoint-block .*action=hold /)
    await stage.haraka.send({ from: 'a@example.com', to: ['two@icloud.com', 'three@icloud.com'] })
    for (const recipient of ['two@icloud.com', 'three@icloud.com']) {
      const line = await stage.haraka.logged(`recipient=<${recipient}> rule=proofpoint-block `)
      expect(line).toContain('reason="proofpoint-block: sending-ip default is held"')
    }
    await probeDue(stage.haraka.ledger, { scope: 'sending-ip', id: 'default' })
    for (const recipient of to) await stage.delivered(recipient)
    for (const recipient of to) expect(stage.tries(recipient)).toBe(1)
  })
})

describe('a hold that lasts for an hour', () => {
  it('does not stop mail through a smart host, and ends for waiting mail as soon as an operator in another process says so', async () => {
    const headers = { 'X-Stream': 'marketing' }
    stage.apple.script('blocked@icloud.com', [{ rule: 'spamhaus-block' }, { accept: true }])
    await stage.haraka.send({ from: 'b@example.com', to: ['blocked@icloud.com'], headers })
    await stage.haraka.logged(/<blocked@icloud\.com> rule=spamhaus-block .*action=hold /)
    await stage.haraka.send({ from: 'b@example.com', to: ['behind@icloud.com'], headers })
    await stage.haraka.logged(/<behind@icloud\.com> rule=spamhaus-block fault=sender-ip action=held /)
    await stage.haraka.send({ from: 'smart@example.com', to: ['around@icloud.com'], headers })
    await stage.mailboxes.waitFor(({ messages }) =>
      messages.some(({ recipients }) => recipients.includes('around@icloud.com')),
    )
    expect(stage.decisions('around@icloud.com')).toEqual([])
    expect(stage.apple.messages.some(({ recipients }) => recipients.includes('behind@icloud.com'))).toBe(
      false,
    )

    expect(await stage.release({ scope: 'sending-ip', id: 'bulk' })).toBe(1)
    await stage.delivered('blocked@icloud.com')
    await stage.delivered('behind@icloud.com')
    expect(stage.tries('behind@icloud.com')).toBe(1)
  })
})
