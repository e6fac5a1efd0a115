import { describe, expect, it } from 'vitest'
import { invalid, mailboxFull } from './verdict.test.fixture.ts'
import { day, hour, World } from '../world.test.fixture.ts'

/** Apple took mail so many seconds ago, and now says that the mailbox does not exist. */
function deniedAfter(seconds: number): World {
  const world = new World()
  world.record(null, { messageId: 'ok' })
  world.pass(seconds)
  world.record(invalid, { messageId: 'first' })
  return world
}

describe('an address that took mail within 30 days and is said not to exist', () => {
  it('is quarantined for 48 h, with the evidence; the message is given up', () => {
    const world = deniedAfter(30 * day)
    const until = world.now + 48 * hour * 1000
    expect(world.last?.action).toMatchObject({ type: 'soft-bounce', suppression: null })
    expect(world.last?.action.reason).toContain('quarantined')
    expect(world.recipients.get('anna@icloud.com')?.quarantine).toEqual({
      rule: 'invalid-recipient',
      at: world.now,
      until,
      reply: 'reply for invalid-recipient',
      messageId: 'first',
    })
    expect(world.admit({ messageId: 'm2' })).toMatchObject({
      decision: 'later',
      rule: 'invalid-recipient',
      retryAt: until,
      reason: expect.stringContaining('quarantined'),
    })
    expect(world.admit({ messageId: 'm2', hop: 'relay' }).decision).toBe('send')
  })

  it.each([30 * day + 1, 400 * day])('is suppressed at once if that was %i s ago', (seconds) => {
    expect(deniedAfter(seconds).last?.action.type).toBe('suppress')
  })

  it('lets mail expire that cannot wait for so long', () => {
    const world = deniedAfter(day)
    const accepted = (hours: number): string =>
      world.admit({ messageId: 'm2', acceptedAt: world.now - hours * hour * 1000 }).decision
    expect([accepted(73), accepted(72)]).toEqual(['expired', 'later'])
    expect(world.admit({ messageId: 'm2', deliverBy: world.now + hour * 1000 }).decision).toBe('expired')
  })

  it('is not touched by more such replies within the 48 h, to mail that was on its way', () => {
    const world = deniedAfter(day)
    const before = world.recipients.get('anna@icloud.com')
    for (let n = 0; n < 40; n++) {
      world.pass(hour)
      expect(world.record(invalid, { messageId: `late${n}` }).type).toBe('soft-bounce')
    }
    expect(world.recipients.get('anna@icloud.com')).toEqual(before)
  })

  it('is suppressed by a second one after that, which keeps both as evidence', () => {
    const world = deniedAfter(day)
    const first = world.now
    world.pass(48 * hour)
    expect(world.admit({ messageId: 'second' }).decision).toBe('send')
    const { type, suppression } = world.record({ ...invalid, text: 'again' }, { messageId: 'second' })
    expect(type).toBe('suppress')
    expect(suppression).toMatchObject({
      reply: 'again',
      messageId: 'second',
      earlier: { at: first, reply: 'reply for invalid-recipient', messageId: 'first' },
    })
    expect(world.recipients.get('anna@icloud.com')?.quarantine).toBeUndefined()
  })

  it('is trusted again when Apple accepts mail for it', () => {
    const world = deniedAfter(day)
    world.record(null, { messageId: 'under way' })
    expect(world.admit({ messageId: 'm2' }).decision).toBe('send')
    world.pass(3 * day)
    expect(world.record(invalid, { messageId: 'm3' }).type).toBe('soft-bounce')
  })

  it('is not by another reply', () => {
    const world = deniedAfter(day)
    world.record(mailboxFull, { messageId: 'under way' })
    expect(world.admit({ messageId: 'm2' }).decision).toBe('later')
  })

  it('is not quarantined for what is said of another mailbox, and not if the policy says so', () => {
    const world = new World()
    world.record(null)
    world.record({ ...invalid, evidence: { address: 'berta@icloud.com' } }, { messageId: 'm2' })
    expect(world.recipients.get('anna@icloud.com')?.quarantine).toBeUndefined()
    world.policy = {
      ...world.policy,
      rules: { ...world.policy.rules, 'invalid-recipient': { quarantine: null } },
    }
    expect(world.record(invalid, { messageId: 'm3' }).type).toBe('suppress')
  })
})

it('a reply that is heard of after Apple has taken later mail confirms nothing', () => {
  const world = new World()
  world.pass(day)
  world.record(null, { messageId: 'taken' })
  // It came before that, and was buffered by a process that was gone for days.
  world.pass(-hour)
  expect(world.record(invalid, { messageId: 'late' }).type).toBe('soft-bounce')
  world.pass(2 * day + 2 * hour)
  expect(world.admit({ messageId: 'next' }).decision).toBe('send')
  expect(world.record(invalid, { messageId: 'next' }).type).toBe('soft-bounce')
  world.pass(2 * day)
  expect(world.record(invalid, { messageId: 'again' })).toMatchObject({
    type: 'suppress',
    suppression: { earlier: { messageId: 'next' } },
  })
})

describe('an important address', () => {
  it('raises one alert when a reply suppresses it', () => {
    const world = new World()
    world.recipients.set('anna@icloud.com', { important: true })
    world.record(invalid)
    expect(world.last?.effects).toEqual([
      {
        type: 'alert',
        alert: expect.objectContaining({
          kind: 'important-suppressed',
          subject: 'anna@icloud.com',
          rule: 'invalid-recipient',
          reply: 'reply for invalid-recipient',
        }),
      },
    ])
    world.record(invalid, { messageId: 'on its way' })
    expect(world.last?.effects).toEqual([])
  })

  it('stays one through acceptance and suppression; others raise nothing', () => {
    const world = new World()
    world.recipients.set('anna@icloud.com', { important: true })
    world.record(null)
    world.pass(31 * day)
    world.record(invalid)
    expect(world.recipients.get('anna@icloud.com')?.important).toBe(true)
    world.record(invalid, { address: 'berta@icloud.com' })
    expect(world.last?.effects).toEqual([])
  })
})
