import { describe, expect, it, vi } from 'vitest'
import { bench } from '../bench.test.fixture.ts'
import { BreakableLedger } from '../broken-ledger.test.fixture.ts'
import { decideNoReply } from './decide-no-reply.ts'
import { resolvePolicy } from '../policy/policy-check.ts'
import { defaultPolicy } from '../policy/policy.ts'
import { World } from '../world.test.fixture.ts'

const minute = 60_000
const outcome = { kind: 'no-reply', error: 'ECONNREFUSED' } as const

describe('a host that does not answer', () => {
  it('has the message tried again, and nothing held against the recipient', async () => {
    const { engine, time, deliver } = bench()
    const unknown = vi.fn<(payload: unknown) => void>()
    engine.on('unknown', unknown)
    for (const [index, wait] of [15, 30, 60, 120, 240, 240].entries()) {
      expect(await deliver({ outcome })).toMatchObject({
        type: 'retry',
        verdict: null,
        retryAt: time.now + wait * minute,
        attempts: index + 1,
        expired: false,
        durable: true,
      })
      time.now += wait * minute
    }
    expect(await engine.address('anna@icloud.com')).toMatchObject({ suppressions: [], softBounces: [] })
    expect(unknown).not.toHaveBeenCalled()
    time.now += 120 * 60 * minute
    expect(await deliver({ outcome })).toMatchObject({ type: 'fail', expired: true, retryAt: null })
    expect(await engine.address('anna@icloud.com')).toMatchObject({ suppressions: [], softBounces: [] })
  })

  it("rests the lane with Apple's temporary replies, 5 in an hour together", async () => {
    const { engine, time, admit, reply, deliver } = bench()
    for (const messageId of ['a', 'b'])
      await reply('451 4.7.1 Service unavailable - try again later', { messageId })
    for (const messageId of ['c', 'd']) await deliver({ outcome, messageId })
    expect(await engine.holds()).toEqual([])
    const last = await deliver({ outcome, messageId: 'e' })
    expect(last.holds).toEqual([{ scope: 'sending-ip', id: 'default' }])
    expect(await admit()).toMatchObject([
      { decision: 'held', rule: 'no-reply', retryAt: time.now + 15 * minute },
    ])
  })

  it.each([
    ['is a relay', { hop: 'relay' }],
    ["is not Apple's", { outcome: { ...outcome, mx: 'mx.example.org' } }],
    ['is not known, for a recipient elsewhere', { recipient: 'carl@example.org' }],
    ['is not known, for what is no address', { recipient: 'carl' }],
  ] as const)('is passed on if it %s', async (_, request) => {
    const ledger = new BreakableLedger()
    const { deliver } = bench({ ledger })
    expect(await deliver({ outcome, ...request })).toMatchObject({ type: 'pass', verdict: null })
    expect(ledger.reads + ledger.writes).toBe(0)
  })

  it("is by its name known to be Apple's for a custom domain", async () => {
    const { deliver } = bench()
    const named = { ...outcome, mx: 'mx02.mail.icloud.com' }
    expect(await deliver({ recipient: 'carl@example.org', outcome: named })).toMatchObject({ type: 'retry' })
  })

  it('loses no message that was let through to try a hold', async () => {
    const { engine, time, admit, deliver } = bench({
      policy: {
        rules: {
          'no-reply': {
            hold: { scope: 'sending-ip', count: 1, windowSeconds: 60, forSeconds: 60, probeEverySeconds: 60 },
          },
        },
      },
    })
    await deliver({ outcome })
    time.now += minute
    expect(await admit({ messageId: 'm1' })).toMatchObject([{ decision: 'send' }])
    expect(await deliver({ outcome })).toMatchObject({ type: 'hold', retryAt: time.now + minute })
    expect(await engine.holds()).toHaveLength(1)
  })

  it('is logged with what the network said, cut and without control characters', async () => {
    const { engine, deliver } = bench()
    const error = `connect\n\u001b[31m\u202e ${'x'.repeat(5000)}`
    await deliver({ outcome: { kind: 'no-reply', error } })
    const [event] = await engine.ledger.events()
    expect(event).toMatchObject({ type: 'retry', data: { rule: 'no-reply', attempts: 1 } })
    expect(event?.data.error).toMatch(/^connect\\u000a\\u001b\[31m\\u202e x{280,300}$/)
  })

  it('cannot be counted against the recipient, whatever the policy', () => {
    const suppress = { failures: 2, apartSeconds: 0, overSeconds: 0 }
    for (const rule of [{ suppress }, { afterWaits: 'soft-bounce' }, { slowsRecipient: true }] as const) {
      expect(() => resolvePolicy({ rules: { 'no-reply': rule } })).toThrow(
        expect.objectContaining({ code: 'EPOLICY' }),
      )
      const world = new World()
      const careless = { waitsSeconds: [1], suppress, afterWaits: 'soft-bounce', ...rule } as const
      const policy = { ...defaultPolicy, rules: { 'no-reply': careless } }
      let recipient = {}
      for (let attempt = 0; attempt < 5; attempt++) {
        const attempted = world.attemptOf({ messageId: `m${attempt % 2}` })
        const decision = decideNoReply({ recipient, scopes: [{}, {}, {}, {}] }, world.now, policy, attempted)
        expect(decision.action.type).toBe('retry')
        recipient = decision.nextState.recipient
        expect(Object.keys(recipient)).toEqual(['messages'])
      }
    }
  })
})
