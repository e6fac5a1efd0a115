import type { Verdict } from '@icloud-delivery/rules'
import { describe, expect, it } from 'vitest'
import type { Action } from '../record/action.ts'
import type { Attempt } from './attempt.ts'
import { hm08, inactive, invalid, mailboxFull, unavailable, verdictOf } from './verdict.test.fixture.ts'
import { day, hour, minute, World } from '../world.test.fixture.ts'

describe('decide', () => {
  it('leaves the state that it was given alone', () => {
    const world = new World()
    world.record(inactive)
    const before = structuredClone(world.recipients.get('anna@icloud.com'))
    const kept = world.recipients.get('anna@icloud.com')
    world.pass(2 * day)
    world.record(inactive, { messageId: 'm2' })
    expect(kept).toEqual(before)
  })

  it("passes on what is not Apple's, and remembers nothing", () => {
    const world = new World()
    const action = world.record(
      verdictOf(null, { provider: null, fault: 'recipient', disposition: 'suppress' }),
    )
    expect(action.type).toBe('pass')
    expect(world.recipients.get('anna@icloud.com')).toEqual({})
  })

  it('takes a 250 of a relay for no more than a hand-over', () => {
    const world = new World()
    world.record(inactive)
    const before = world.recipients.get('anna@icloud.com')
    expect(world.record(null, { hop: 'relay', messageId: 'm2' }).type).toBe('handed-over')
    expect(world.recipients.get('anna@icloud.com')).toBe(before)
  })

  it('clears counts and waiting when Apple accepts', () => {
    const world = new World()
    world.record(inactive)
    world.record(verdictOf('rate-limited', { fault: 'rate', disposition: 'retry' }), { messageId: 'm2' })
    expect(world.admit().decision).toBe('later')
    const action = world.record(null, { messageId: 'm2' })
    expect(action).toMatchObject({ type: 'delivered', verdict: null, attempts: 2 })
    expect(world.recipients.get('anna@icloud.com')).toEqual({
      deliveredAt: world.now,
      since: 20_454,
    })
    expect(world.admit().decision).toBe('send')
  })
})

describe('who may be suppressed', () => {
  const faults = [
    'recipient-domain',
    'rate',
    'provider',
    'protocol',
    'sender-auth',
    'sender-dns',
    'sender-ip',
    'sender-registration',
    'content',
    'reputation',
    'unknown',
  ] as const

  it.each(faults)('never a recipient for a fault of kind %s', (fault) => {
    const world = new World()
    for (let send = 0; send < 12; send++) {
      for (const disposition of ['suppress', 'soft-bounce'] as const) {
        for (const rule of ['invalid-recipient', 'inactive-account', 'made-up']) {
          const action = world.record(verdictOf(rule, { fault, disposition }), {
            messageId: `${send} ${disposition} ${rule}`,
          })
          expect(action.type).not.toBe('suppress')
        }
      }
      world.pass(4 * day)
    }
    expect(world.admit().decision).toBe('send')
  })

  it('an invalid recipient, at once and for all streams, with the evidence', () => {
    const world = new World()
    const action = world.record(invalid, { recipient: 'Anna@iCloud.com' })
    expect(action).toMatchObject({
      type: 'suppress',
      recipient: 'Anna@iCloud.com',
      retryAt: null,
      durable: true,
    })
    expect(action.suppression).toEqual({
      recipient: 'anna@icloud.com',
      origin: 'reply',
      streams: ['*'],
      at: world.now,
      rule: 'invalid-recipient',
      rulesVersion: '1.0.0',
      reply: 'reply for invalid-recipient',
      messageId: 'm1',
      incident: null,
      note: null,
    })
    expect(world.admit({ stream: 'marketing' })).toMatchObject({
      decision: 'suppressed',
      rule: 'invalid-recipient',
    })
    expect(world.admit({ hop: 'relay' }).decision).toBe('suppressed')
  })

  it('keeps at most 1,000 characters of the reply', () => {
    const action = new World().record({ ...invalid, text: 'x'.repeat(8192) })
    expect(action.suppression?.reply).toHaveLength(1000)
  })

  it('nobody, if the reply names another mailbox', () => {
    const world = new World()
    const named = { ...invalid, evidence: { address: 'someone.else@example.com' } }
    expect(world.record(named)).toMatchObject({ type: 'soft-bounce', suppression: null })
    for (let send = 0; send < 12; send++) {
      world.pass(10 * day)
      const other = { ...inactive, evidence: { address: 'BERTA@icloud.com' } }
      expect(world.record(other, { messageId: `m${send}` }).type).toBe('soft-bounce')
    }
    expect(world.recipients.get('anna@icloud.com')?.softBounces).toBeUndefined()
  })

  it.each(['ANNA@icloud.com', '<anna@icloud.com>', 'anna'])(
    'the recipient, if the reply names it as %s',
    (address) => {
      expect(new World().record({ ...invalid, evidence: { address } }).type).toBe('suppress')
    },
  )
})

/** Tries one message whenever it is time, with the replies in turn: the last action, and the waits in hours. */
function tryToTheEnd(
  world: World,
  replies: readonly Verdict[],
  about: Partial<Attempt> = {},
): { action: Action; waits: number[] } {
  const waits: number[] = []
  for (let turn = 0; turn < 500; turn++) {
    const action = world.record(replies[turn % replies.length] ?? null, about)
    if (action.retryAt === null) return { action, waits }
    waits.push((action.retryAt - world.now) / 1000 / hour)
    world.now = action.retryAt
  }
  throw new Error('a message without an end')
}

describe('a full mailbox', () => {
  it('waits 4, 12, 24 and 24 h, and ends as one soft bounce, counted once', () => {
    const world = new World()
    const { action, waits } = tryToTheEnd(world, [mailboxFull])
    expect(waits).toEqual([4, 12, 24, 24])
    expect(action).toMatchObject({ type: 'soft-bounce', attempts: 5, retryAt: null })
    expect(world.recipients.get('anna@icloud.com')).toEqual({
      softBounces: [
        { rule: 'mailbox-full', count: 1, firstAt: world.now, lastAt: world.now, messageIds: ['m1'] },
      ],
    })
  })

  it('is never suppressed', () => {
    const world = new World()
    for (let send = 0; send < 50; send++) {
      for (let attempt = 0; attempt < 5; attempt++) {
        const action = world.record(mailboxFull, { messageId: `m${send}` })
        expect(action.type).not.toBe('suppress')
        if (action.retryAt !== null) world.now = action.retryAt
      }
    }
    expect(world.admit().decision).toBe('send')
    expect(world.recipients.get('anna@icloud.com')?.softBounces?.[0]?.count).toBe(50)
  })

  it('has its waits per message and per rule', () => {
    const world = new World()
    world.record(mailboxFull)
    world.record(unavailable)
    expect(world.record(mailboxFull, { messageId: 'm2' }).retryAt).toBe(world.now + 4 * hour * 1000)
    expect(world.record(mailboxFull)).toMatchObject({ attempts: 3, retryAt: world.now + 12 * hour * 1000 })
  })
})

describe('retries', () => {
  it('double from 15 minutes to 4 hours and stay there', () => {
    const world = new World()
    const waits = Array.from({ length: 8 }, () => {
      const { retryAt } = world.record(unavailable)
      const wait = ((retryAt ?? 0) - world.now) / 1000 / minute
      world.now = retryAt ?? 0
      return wait
    })
    expect(waits).toEqual([15, 30, 60, 120, 240, 240, 240, 240])
  })

  it('are lengthened by up to the jitter, never shortened', () => {
    const world = new World()
    world.policy = { ...world.policy, jitter: 0.2 }
    world.random = 0.5
    expect(world.record(unavailable).retryAt).toBe(world.now + 15 * minute * 1100)
  })

  it("count the host's attempts, if it tells them", () => {
    expect(new World().record(unavailable, { attempt: 6 }).attempts).toBe(7)
  })

  it('of a rule that nobody knows follow the disposition', () => {
    const action = new World().record(verdictOf('made-up', { disposition: 'retry' }))
    expect(action).toMatchObject({ type: 'retry', retryAt: Date.UTC(2026, 0, 1, 0, 15) })
  })

  it('slow down a recipient that Apple limits, on a direct hop, until the wait is over', () => {
    const world = new World()
    world.record(verdictOf('rate-limited', { fault: 'rate', disposition: 'retry' }))
    expect(world.admit({ messageId: 'm2' })).toMatchObject({
      decision: 'later',
      rule: 'rate-limited',
      retryAt: world.now + 30 * minute * 1000,
    })
    expect(world.admit({ hop: 'relay' }).decision).toBe('send')
    expect(world.admit({ address: 'berta@icloud.com' }).decision).toBe('send')
    world.pass(30 * minute)
    expect(world.admit().decision).toBe('send')
  })

  it('remember a bounded number of messages, and forget the old ones', () => {
    const world = new World()
    for (let message = 0; message < 100; message++) world.record(unavailable, { messageId: `m${message}` })
    expect(world.recipients.get('anna@icloud.com')?.messages).toHaveLength(32)
    world.pass(7 * day)
    world.record(unavailable, { messageId: 'new' })
    expect(world.recipients.get('anna@icloud.com')?.messages).toHaveLength(1)
  })
})

describe('the end of a message', () => {
  it.each([
    ['transactional', 120],
    ['marketing', 48],
    ['constructor', 120],
  ])(
    'of stream %s comes after %i h, over all rules, with nothing held against the recipient',
    (stream, hours) => {
      const world = new World()
      const start = world.now
      const retries = [unavailable, verdictOf('rate-limited', { fault: 'rate', disposition: 'retry' })]
      const { action } = tryToTheEnd(world, retries, { stream })
      expect(world.now - start).toBe(hours * hour * 1000)
      expect(action.type).toBe('fail')
      expect(action.reason).toContain('expired (5.4.7)')
      const after = world.recipients.get('anna@icloud.com')
      expect(after?.softBounces).toBeUndefined()
      expect(after?.suppressions).toBeUndefined()
      expect(after?.messages).toBeUndefined()
    },
  )

  it("counts from the host's time of acceptance, if it tells it", () => {
    const world = new World()
    const acceptedAt = world.now - 121 * hour * 1000
    expect(world.record(unavailable, { acceptedAt }).type).toBe('fail')
    expect(world.record(unavailable, { messageId: 'm2', acceptedAt: world.now + day * 1000 }).type).toBe(
      'retry',
    )
  })

  it('counts a mailbox that stayed full until then', () => {
    const world = new World()
    const { action } = tryToTheEnd(world, [mailboxFull], { stream: 'marketing' })
    expect(action.type).toBe('fail')
    expect(world.recipients.get('anna@icloud.com')?.softBounces?.[0]).toMatchObject({ count: 1 })
  })

  it('is not put off by a reply about content', () => {
    const world = new World()
    expect(world.record(hm08)).toMatchObject({ type: 'fail', retryAt: null, suppression: null })
    expect(world.recipients.get('anna@icloud.com')).toEqual({})
  })
})
