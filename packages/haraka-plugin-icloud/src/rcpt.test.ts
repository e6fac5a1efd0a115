import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEngine } from '@icloud-delivery/engine'
import { fromAfar, forwarder, karma, resultsReader } from './plugins.test.fixture.ts'
import { ageless, setStage, type Stage } from './stage.test.fixture.ts'

let stage: Stage

beforeAll(async () => {
  stage = await setStage({
    haraka: {
      ownPlugins: { forwarder, resultsReader },
      config: {
        'icloud_policy.json': JSON.stringify({
          ...ageless,
          // Who is paused stays so while a test runs.
          rules: {
            'invalid-recipient': { quarantine: { acceptedWithinSeconds: 3600, quarantineSeconds: 3600 } },
          },
        }),
      },
    },
    icloud: ['[suppression]', 'reject_at_rcpt=true'],
  })
})

afterAll(() => stage?.close())

function offer(recipient: string, from = 'a@example.com'): Promise<string> {
  return stage.haraka.send({ from, to: [recipient] })
}

describe('reject_at_rcpt', () => {
  it('says who is suppressed, why and since when, and that it is our word', async () => {
    stage.apple.script('gone@icloud.com', [{ rule: 'invalid-recipient' }])
    await offer('gone@icloud.com')
    await stage.dsns('a@example.com')
    const [suppression] = (await stage.remembered('gone@icloud.com')).suppressions
    const today = new Date(suppression?.at ?? Number.NaN).toISOString().slice(0, 10)
    await expect(offer('gone@icloud.com')).rejects.toMatchObject({
      response: expect.stringMatching(
        `^550 5\\.7\\.1 <gone@icloud\\.com>: suppressed locally \\(invalid-recipient, ${today}\\), nothing was sent`,
      ),
    })
    expect(stage.tries('gone@icloud.com')).toBe(1)
    await stage.haraka.logged(
      /<gone@icloud\.com> rule=invalid-recipient fault=recipient action=suppressed since=\S+ reason="invalid-recipient: refused at RCPT"/,
    )
    await stage.haraka.logged(/RESULTS .*"fail":\["rcpt\.suppressed"\]/)
  })

  it('takes the other recipients of the message', async () => {
    await stage.suppress('out@icloud.com')
    await stage.haraka.send({ from: 'b@example.com', to: ['out@icloud.com', 'in@icloud.com'] })
    await stage.delivered('in@icloud.com')
    expect(stage.tries('out@icloud.com')).toBe(0)
    expect(stage.mailboxes.messages.some(({ envelope }) => envelope.to.includes('b@example.com'))).toBe(false)
  })

  it('takes a recipient that is suppressed for some streams only: at RCPT none is known', async () => {
    await withEngine((engine) => engine.suppress({ recipient: 'news@icloud.com', origin: 'unsubscribe' }))
    expect(await offer('news@icloud.com')).toMatch(/^250/)
    await stage.delivered('news@icloud.com')
  })

  it('says 450 for a recipient that is only paused', async () => {
    await offer('doubt@icloud.com')
    await stage.delivered('doubt@icloud.com')
    stage.apple.script('doubt@icloud.com', [{ rule: 'invalid-recipient' }])
    await offer('doubt@icloud.com')
    await stage.haraka.logged(/<doubt@icloud\.com> rule=invalid-recipient/)
    await expect(offer('doubt@icloud.com')).rejects.toMatchObject({
      response: expect.stringMatching(
        /^450 4\.7\.1 <doubt@icloud\.com>: paused locally \(invalid-recipient, \d{4}-\d\d-\d\d\), nothing was sent/,
      ),
    })
  })

  it('takes a recipient whose mail has to wait for some minutes only', async () => {
    stage.apple.script('busy@icloud.com', [{ rule: 'rate-limited' }, { accept: true }])
    await offer('busy@icloud.com')
    await stage.haraka.logged(/<busy@icloud\.com> rule=rate-limited/)
    expect(await offer('busy@icloud.com')).toMatch(/^250/)
  })

  it('is silent to clients that may not relay, whose envelope senders hear nothing either', async () => {
    await stage.suppress('hidden@icloud.com')
    expect(await offer('hidden@icloud.com', 'stranger@example.org')).toMatch(/^250/)
    await stage.haraka.logged(/<hidden@icloud\.com> action=suppressed/)
    // What comes later would stand behind such a bounce.
    await offer('reader@example.org')
    await stage.mailboxes.waitFor(({ messages }) =>
      messages.some(({ recipients }) => recipients.includes('reader@example.org')),
    )
    expect(
      stage.mailboxes.messages.some(({ envelope }) => envelope.to.includes('stranger@example.org')),
    ).toBe(false)
    expect(stage.tries('hidden@icloud.com')).toBe(0)
  })

  it('is for Apple only', async () => {
    await stage.suppress('reader2@example.org')
    expect(await offer('reader2@example.org')).toMatch(/^250/)
  })
})

it('reject_at_rcpt is heard with karma too, which takes other denials of plugins back', async () => {
  const other = await setStage({
    haraka: {
      ...karma,
      ownPlugins: { fromAfar },
    },
    icloud: ['[suppression]', 'reject_at_rcpt=true'],
  })
  try {
    await other.suppress('out@icloud.com')
    await expect(other.haraka.send({ from: 'a@example.com', to: ['out@icloud.com'] })).rejects.toMatchObject({
      responseCode: 550,
    })
  } finally {
    await other.close()
  }
})

async function withEngine<T>(ask: (engine: ReturnType<typeof createEngine>) => Promise<T>): Promise<T> {
  const engine = createEngine({ ledger: stage.haraka.ledger })
  try {
    return await ask(engine)
  } finally {
    await engine.close()
  }
}
