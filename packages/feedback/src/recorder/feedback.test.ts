import { createEngine, memoryLedger, type Engine, type Ledger } from '@icloud-delivery/engine'
import { describe, expect, it } from 'vitest'
import { createFeedback, type Feedback } from './feedback.ts'
import type { LateReply } from './late-reply.ts'

const now = Date.UTC(2026, 0, 1)
const day = 86_400_000
const invalid = '550 5.1.1 <anna@icloud.com>: user does not exist'
const silent = { warn() {}, error() {} }

function bench(ledger: Ledger = memoryLedger()): { engine: Engine; feedback: Feedback } {
  const engine = createEngine({ ledger, clock: () => now, logger: silent })
  return { engine, feedback: createFeedback({ engine }) }
}

function reported(outcome: LateReply['outcome'], more: Partial<LateReply> = {}): LateReply {
  return {
    id: 'r1',
    recipient: 'anna@icloud.com',
    messageId: '<1@example.com>',
    trust: 'all',
    outcome,
    ...more,
  }
}

describe('createFeedback', () => {
  it('records a reply once, and says what came of it', async () => {
    const { engine, feedback } = bench()
    const reply = reported({ kind: 'reply', text: `smtp; ${invalid}` })
    expect(await feedback.record(reply)).toMatchObject({ status: 'recorded', action: { type: 'suppress' } })
    expect(await feedback.record(reply)).toMatchObject({ status: 'duplicate' })
    expect((await engine.address('anna@icloud.com')).suppressions).toMatchObject([
      { origin: 'reply', messageId: '<1@example.com>' },
    ])
  })

  it.each([
    ['a reply of another host', { kind: 'reply', text: '550 5.1.1 no such user', host: 'mx.example.org' }],
    ['what another host took', { kind: 'delivered', host: 'mx.example.org' }],
  ] as const)('does not take %s for Apple’s', async (_, outcome) => {
    const { engine, feedback } = bench()
    expect(await feedback.record(reported(outcome))).toMatchObject({ status: 'not-apple' })
    expect(await engine.ledger.events()).toEqual([])
  })

  it('does not take mail to other domains for Apple’s', async () => {
    const { feedback } = bench()
    const more = { recipient: 'berta@example.org' }
    expect(await feedback.record(reported({ kind: 'delivered' }, more))).toMatchObject({
      status: 'not-apple',
    })
    expect(
      await feedback.record(reported({ kind: 'delivered', host: 'mx01.mail.icloud.com' }, more)),
    ).toMatchObject({ status: 'recorded', action: { type: 'delivered' } })
  })

  it('closes a lane of its own for whom it may trust, and nothing for others', async () => {
    const { engine, feedback } = bench()
    const outcome = {
      kind: 'reply',
      text: '550 5.7.0 Blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.10',
    } as const
    await feedback.record(reported(outcome, { id: 'a', trust: 'recipient' }))
    await feedback.record(
      reported(
        {
          ...outcome,
          text: `host mx01.mail.icloud.com[192.0.2.25] said: ${outcome.text}`,
          host: 'relay.example',
        },
        { id: 'b' },
      ),
    )
    await feedback.record(reported(outcome, { id: 'c', at: now - day }))
    expect(await engine.holds()).toEqual([])
    await feedback.record(reported(outcome, { id: 'd' }))
    expect(await engine.holds()).toMatchObject([{ scope: 'sending-ip', id: 'relayed' }])
  })

  it('records what an ESP did not try, complaints and unsubscribes, once each', async () => {
    const { engine, feedback } = bench()
    const all = [
      reported({ kind: 'esp-suppressed', by: 'ses' }, { id: '1' }),
      reported({ kind: 'complaint' }, { id: '2' }),
      reported({ kind: 'unsubscribe', stream: 'news' }, { id: '3' }),
    ]
    for (const status of ['recorded', 'duplicate'])
      for (const one of all) expect(await feedback.record(one)).toMatchObject({ status })
    expect((await engine.address('anna@icloud.com')).suppressions).toMatchObject([
      { origin: 'complaint', streams: ['!transactional'] },
      { origin: 'unsubscribe', streams: ['news'] },
    ])
    expect(await engine.readers({ window: 'hour' })).toMatchObject({ complaints: 1, unsubscribes: 1 })
  })

  it('says that a reply is outdated', async () => {
    const { engine, feedback } = bench()
    await feedback.record(reported({ kind: 'delivered' }))
    const late = reported({ kind: 'reply', text: invalid }, { id: 'r2', at: now - day })
    expect(await feedback.record(late)).toMatchObject({ status: 'outdated' })
    expect((await engine.address('anna@icloud.com')).suppressions).toEqual([])
  })

  it.each([
    ['an address that is none', { recipient: 'anna' }],
    ['a time that is none', { at: Number.NaN }],
    ['an empty id', { id: '' }],
  ])('calls %s invalid', async (_, more) => {
    const { feedback } = bench()
    for (const kind of ['complaint', 'delivered'] as const) {
      const { status } = await feedback.record(reported({ kind }, more))
      expect(['invalid', 'not-apple']).toContain(status)
    }
  })

  it('says failed if nothing could be remembered', async () => {
    const ledger = memoryLedger()
    const { feedback } = bench(ledger)
    await ledger.close()
    for (const outcome of [{ kind: 'reply', text: invalid }, { kind: 'complaint' }] as const)
      expect(await feedback.record(reported(outcome))).toMatchObject({ status: 'failed' })
  })

  it('hashes endless ids', async () => {
    const { feedback } = bench()
    const one = reported({ kind: 'reply', text: invalid }, { id: 'x'.repeat(100_000) })
    expect(await feedback.record(one)).toMatchObject({ status: 'recorded' })
    expect(await feedback.record(one)).toMatchObject({ status: 'duplicate' })
  })

  it('refuses what is no engine', () => {
    expect(() => createFeedback({} as never)).toThrow(expect.objectContaining({ code: 'EARGUMENT' }))
  })
})
