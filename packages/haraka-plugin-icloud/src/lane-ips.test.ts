import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { setStage, type Stage } from './stage.test.fixture.ts'

let stage: Stage

beforeAll(async () => {
  stage = await setStage({
    haraka: {
      config: {
        'icloud_policy.json': JSON.stringify({
          lanes: { default: { alternative: 'spare' }, spare: { warmUp: 'done' } },
          rules: { 'mailbox-full': { waitsSeconds: [0.1] } },
        }),
      },
    },
    icloud: [
      '[policy]',
      'time_scale=1',
      '[lanes]',
      'newsletter=bulk',
      '[lane_ips]',
      'default=127.0.0.2',
      'bulk=127.0.0.3',
      'spare=127.0.0.4',
      '[main]',
      'streams=transactional,marketing,newsletter',
    ],
  })
})

afterAll(() => stage?.close())

/** The address that a message for the recipient came from. */
async function clientOf(recipient: string): Promise<string | undefined> {
  await stage.delivered(recipient)
  return stage.apple.messages.find(({ recipients }) => recipients.includes(recipient))?.client
}

describe('lanes with IP addresses of their own', () => {
  it('are chosen by the stream', async () => {
    await stage.haraka.send({ from: 'a@example.com', to: ['one@icloud.com'] })
    await stage.haraka.send({
      from: 'a@example.com',
      to: ['two@icloud.com'],
      headers: { 'X-Stream': 'newsletter' },
    })
    expect(await clientOf('one@icloud.com')).toBe('127.0.0.2')
    expect(await clientOf('two@icloud.com')).toBe('127.0.0.3')
  })

  it('take over for a blocked one if the policy says so, but not for the stream that met the block', async () => {
    stage.apple.script('blocked@icloud.com', [{ rule: 'proofpoint-block' }])
    stage.apple.script('full@icloud.com', [{ rule: 'mailbox-full' }, { accept: true }])
    const headers = { 'X-Stream': 'marketing' }
    await stage.haraka.send({ from: 'a@example.com', to: ['blocked@icloud.com'], headers })
    await stage.haraka.logged(/<blocked@icloud\.com> rule=proofpoint-block .*action=hold/)
    await stage.haraka.send({ from: 'a@example.com', to: ['around@icloud.com', 'full@icloud.com'] })
    await stage.haraka.send({ from: 'a@example.com', to: ['waits@icloud.com'], headers })
    expect(await clientOf('around@icloud.com')).toBe('127.0.0.4')
    await stage.haraka.logged(/<waits@icloud\.com> .*action=held/)
    expect(stage.tries('waits@icloud.com')).toBe(0)
    await stage.delivered('full@icloud.com')
    expect(await stage.eventData('full@icloud.com')).toContainEqual(
      expect.objectContaining({ rule: 'mailbox-full', lane: 'spare' }),
    )
  })
})

it('a lane gives the name of its own in EHLO, and the others that of config/me', async () => {
  const names = new Map<string | null, string | null>()
  const other = await setStage({
    apple: {
      script({ phase, recipient, helo }) {
        if (phase === 'rcpt') names.set(recipient, helo)
        return undefined
      },
    },
    icloud: [
      '[lanes]',
      'marketing=bulk',
      '[lane_ips]',
      'bulk=127.0.0.3',
      '[lane_helos]',
      'bulk=bulk.example.com',
    ],
  })
  try {
    await other.haraka.send({ from: 'a@example.com', to: ['code@icloud.com'] })
    const headers = { 'X-Stream': 'marketing' }
    await other.haraka.send({ from: 'a@example.com', to: ['news@icloud.com'], headers })
    await other.delivered('code@icloud.com')
    await other.delivered('news@icloud.com')
    expect(Object.fromEntries(names)).toEqual({
      'code@icloud.com': 'mail.example.com',
      'news@icloud.com': 'bulk.example.com',
    })
  } finally {
    await other.close()
  }
})
