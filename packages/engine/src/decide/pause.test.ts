import { describe, expect, it } from 'vitest'
import { inactive, mailboxFull } from './verdict.test.fixture.ts'
import { day, hour, World } from '../world.test.fixture.ts'

const marketing = { stream: 'marketing' }

/** Fails one send to a full mailbox to its end; tells how many tries it took. */
function fail(world: World, messageId: string, about: { stream?: string } = {}): number {
  for (let tries = 1; ; tries++) {
    const { type, retryAt } = world.record(mailboxFull, { messageId, ...about })
    if (retryAt === null) {
      expect(['soft-bounce', 'fail']).toContain(type)
      return tries
    }
    world.now = retryAt
  }
}

/** A mailbox that sends have failed to for 14 days. */
function fullForWeeks(): World {
  const world = new World()
  fail(world, 'first')
  world.pass(14 * day - 64 * hour)
  fail(world, 'second')
  return world
}

describe('a mailbox that stays full', () => {
  it('pauses marketing once sends have failed for 14 days, and nothing else', () => {
    const world = new World()
    fail(world, 'first')
    expect(world.admit({ messageId: 'm2', ...marketing }).decision).toBe('send')
    world.pass(14 * day - 64 * hour - 1)
    fail(world, 'almost')
    expect(world.admit({ messageId: 'm3', ...marketing }).decision).toBe('send')
    fail(world, 'second')
    const until = world.now + 14 * day * 1000
    expect(world.admit({ messageId: 'm4', ...marketing })).toMatchObject({
      decision: 'later',
      rule: 'mailbox-full',
      retryAt: until,
      reason: expect.stringContaining('pauses'),
    })
    expect(world.admit({ messageId: 'm4' }).decision).toBe('send')
    expect(world.admit({ messageId: 'm4', hop: 'relay', ...marketing }).decision).toBe('send')
    expect(world.recipients.get('anna@icloud.com')?.suppressions).toBeUndefined()
  })

  it('has what cannot wait for so long expire at once', () => {
    const world = fullForWeeks()
    const asked = { messageId: 'm4', ...marketing, acceptedAt: world.now }
    expect(world.admit(asked)).toMatchObject({ decision: 'expired', rule: 'mailbox-full' })
    expect(world.admit({ messageId: 'm4', ...marketing, deliverBy: world.now + 1 }).decision).toBe('expired')
  })

  it('is tried once every 14 days, by one message and with one try', () => {
    const world = fullForWeeks()
    for (let turn = 0; turn < 5; turn++) {
      world.pass(14 * day - 1)
      expect(world.admit({ messageId: `early${turn}`, ...marketing }).decision).toBe('later')
      world.pass(1)
      const ask = (id: string): string => world.admit({ messageId: id, ...marketing }).decision
      expect([ask(`try${turn}`), ask('another'), ask(`try${turn}`)]).toEqual(['send', 'later', 'send'])
      expect(fail(world, `try${turn}`, marketing)).toBe(1)
      expect(ask(`try${turn}`)).toBe('send')
      expect(ask('another')).toBe('later')
    }
    expect(world.recipients.get('anna@icloud.com')?.suppressions).toBeUndefined()
  })

  it('is tried by a host that does not ask before, too', () => {
    const world = fullForWeeks()
    world.pass(14 * day)
    expect(fail(world, 'try', marketing)).toBe(1)
    expect(world.admit({ messageId: 'next', ...marketing })).toMatchObject({
      decision: 'later',
      retryAt: world.now + 14 * day * 1000,
    })
  })

  it('is tried in time, whatever other streams meet meanwhile', () => {
    const world = fullForWeeks()
    const due = world.now + 14 * day * 1000
    for (let n = 0; n < 4; n++) expect(fail(world, `receipt${n}`)).toBe(5)
    expect(world.admit({ messageId: 'm4', ...marketing })).toMatchObject({ retryAt: due })
  })

  it('keeps the try of a message that has to wait for something else', () => {
    const world = fullForWeeks()
    world.pass(14 * day)
    const held = { rule: 'x', since: world.now, until: world.now + 1000, probeEverySeconds: null }
    world.scopes.set('scope/sending-ip/default', { hold: { ...held, forSeconds: 1, probe: null, reply: '' } })
    expect(world.admit({ messageId: 'a', ...marketing }).decision).toBe('held')
    world.pass(1)
    expect(world.admit({ messageId: 'b', ...marketing }).decision).toBe('send')
  })

  it('is no full mailbox any more when Apple accepts anything', () => {
    const world = fullForWeeks()
    world.record(null, { messageId: 'receipt' })
    expect(world.admit({ messageId: 'm4', ...marketing }).decision).toBe('send')
    expect(world.recipients.get('anna@icloud.com')?.softBounces).toBeUndefined()
  })

  it('is counted for itself alone', () => {
    const world = new World()
    fail(world, 'first')
    for (let n = 0; n < 4; n++) {
      world.pass(7 * day)
      world.record(inactive, { messageId: `i${n}` })
    }
    expect(world.admit({ messageId: 'm4', ...marketing }).decision).toBe('send')
    expect(world.recipients.get('anna@icloud.com')?.softBounces).toMatchObject([
      { rule: 'mailbox-full', count: 1 },
      { rule: 'inactive-account', count: 4 },
    ])
  })
})
