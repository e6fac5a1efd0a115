import { describe, expect, it } from 'vitest'
import { hm08, invalid, proofpoint, unavailable, verdictOf } from './verdict.test.fixture.ts'
import { day, hour, minute, World } from '../world.test.fixture.ts'

describe('a blocked IP', () => {
  it('holds its lane at once, the message that found out included', () => {
    const world = new World()
    const action = world.record(proofpoint)
    expect(action).toMatchObject({
      type: 'hold',
      retryAt: world.now + hour * 1000,
      holds: [{ scope: 'sending-ip', id: 'default' }],
      suppression: null,
    })
    expect(world.admit({ address: 'berta@icloud.com', stream: 'marketing' })).toMatchObject({
      decision: 'held',
      rule: 'proofpoint-block',
      retryAt: world.now + hour * 1000,
      hold: { scope: 'sending-ip', id: 'default' },
    })
    expect(world.admit({ lane: 'other' }).decision).toBe('send')
    expect(world.admit({ hop: 'relay' }).decision).toBe('send')
  })

  it('opens one hold, however many messages were on their way', () => {
    const world = new World()
    expect(world.record(proofpoint).holds).toHaveLength(1)
    world.pass(10 * minute)
    const late = world.record(proofpoint, { messageId: 'm2' })
    expect(late).toMatchObject({ type: 'hold', holds: [], retryAt: world.now + 50 * minute * 1000 })
  })

  it('lets one probe an hour through; refused, it goes back to hold', () => {
    const world = new World()
    world.record(proofpoint)
    for (let round = 0; round < 5; round++) {
      world.pass(hour)
      expect(world.admit({ messageId: 'm1' }).decision).toBe('send')
      expect(world.admit({ messageId: 'm2', address: 'berta@icloud.com' }).decision).toBe('held')
      expect(world.record(proofpoint)).toMatchObject({
        type: 'hold',
        retryAt: world.now + hour * 1000,
        holds: [],
      })
      expect(world.admit({ messageId: 'm1' }).decision).toBe('held')
    }
  })

  it('is over when Apple accepts the probe, and not when it accepts another message', () => {
    const world = new World()
    world.record(proofpoint)
    world.pass(hour)
    world.admit({ messageId: 'm1' })
    world.record(null, { messageId: 'm2', address: 'berta@icloud.com' })
    expect(world.last?.effects).toEqual([])
    expect(world.admit({ messageId: 'm3' }).decision).toBe('held')
    world.record(null, { messageId: 'm1' })
    expect(world.last?.effects).toEqual([{ type: 'released', hold: { scope: 'sending-ip', id: 'default' } }])
    expect(world.admit({ messageId: 'm3' }).decision).toBe('send')
  })

  it('loses one interval if the process with the probe dies', () => {
    const world = new World()
    world.record(proofpoint)
    world.pass(hour)
    world.admit({ messageId: 'm1' })
    world.pass(hour)
    expect(world.admit({ messageId: 'm2' }).decision).toBe('send')
  })

  it('keeps its hold when the probe finds a dead recipient, and tries the next one at once', () => {
    const world = new World()
    world.record(proofpoint)
    world.pass(hour)
    world.admit({ messageId: 'm1' })
    expect(world.record(invalid).type).toBe('suppress')
    expect(world.last?.effects).toEqual([])
    expect(world.admit({ messageId: 'm2', address: 'berta@icloud.com' }).reason).toContain('a probe')
    expect(world.admit({ messageId: 'm3', address: 'carl@icloud.com' }).decision).toBe('held')
  })

  it('waits for its next probe when Apple is busy', () => {
    const world = new World()
    world.record(proofpoint)
    world.pass(hour)
    world.admit({ messageId: 'm1' })
    expect(world.record(unavailable, { messageId: 'm1' }).type).toBe('retry')
    expect(world.admit({ messageId: 'm2', address: 'berta@icloud.com' }).decision).toBe('held')
  })

  it('has a message fail when it is too old, and says so before it is tried', () => {
    const world = new World()
    const acceptedAt = world.now
    world.record(proofpoint)
    world.pass(119.5 * hour)
    expect(world.admit({ messageId: 'probe' }).decision).toBe('send')
    expect(world.admit({ acceptedAt })).toMatchObject({
      decision: 'held',
      retryAt: acceptedAt + 120 * hour * 1000,
    })
    world.pass(0.5 * hour)
    expect(world.admit({ acceptedAt })).toMatchObject({ decision: 'expired', retryAt: null })
    expect(world.record(proofpoint)).toMatchObject({ type: 'fail', retryAt: null })
  })

  it('on the PBL is held for days without a probe', () => {
    const world = new World()
    const pbl = verdictOf('spamhaus-block', {
      fault: 'sender-ip',
      disposition: 'hold',
      evidence: { list: 'PBL' },
    })
    expect(world.record(pbl).reason).toContain('send through a relay')
    for (let hours = 0; hours < 7 * 24; hours++) {
      expect(world.admit({ messageId: `m${hours}` }).decision).toBe('held')
      world.pass(hour)
    }
    expect(world.admit().decision).toBe('send')
  })

  it('is nothing that a reply through a relay could tell', () => {
    const world = new World()
    expect(world.record(proofpoint, { hop: 'relay' })).toMatchObject({ type: 'hold', holds: [] })
    expect(world.admit().decision).toBe('send')
  })

  it('of a rule that the policy does not name is held like any other', () => {
    const world = new World()
    world.record(verdictOf('new-block', { fault: 'sender-ip', disposition: 'hold' }))
    expect(world.admit().decision).toBe('held')
  })
})

describe('a stream', () => {
  it('is held by the third HM08 within ten minutes, for six hours, and no other stream is', () => {
    const world = new World()
    const marketing = { stream: 'marketing' }
    expect(world.record(hm08, { ...marketing, messageId: 'm1' }).holds).toEqual([])
    expect(world.record(hm08, { ...marketing, messageId: 'm2' }).holds).toEqual([])
    world.pass(9 * minute)
    expect(world.record(hm08, { ...marketing, messageId: 'm3' })).toMatchObject({
      type: 'fail',
      holds: [{ scope: 'stream', id: 'default/marketing' }],
    })
    expect(world.admit(marketing)).toMatchObject({ decision: 'held', retryAt: world.now + 6 * hour * 1000 })
    expect(world.admit({ stream: 'transactional' }).decision).toBe('send')
    expect(world.admit({ ...marketing, lane: 'other' }).decision).toBe('send')
    world.pass(6 * hour)
    expect(world.admit({ ...marketing, messageId: 'probe' }).decision).toBe('send')
    expect(world.admit(marketing).decision).toBe('held')
  })

  it('is not held by replies that come further apart', () => {
    const world = new World()
    for (let message = 0; message < 10; message++) {
      expect(world.record(hm08, { messageId: `m${message}` }).holds).toEqual([])
      world.pass(5 * minute + 1)
    }
  })

  it('holds its probe, and does not fail it, when the same rule meets it', () => {
    const world = new World()
    for (const messageId of ['a', 'b', 'c']) world.record(hm08, { messageId })
    world.pass(6 * hour)
    world.admit({ messageId: 'probe' })
    expect(world.record(hm08, { messageId: 'probe' })).toMatchObject({
      type: 'hold',
      retryAt: world.now + hour * 1000,
    })
  })
})

describe('a sending domain', () => {
  it('is held as a whole if it does not resolve', () => {
    const world = new World()
    const missing = verdictOf('sender-domain-not-found', { fault: 'sender-dns', disposition: 'retry' })
    for (const messageId of ['a', 'b', 'c']) {
      expect(world.record(missing, { messageId })).toMatchObject({ type: 'retry' })
    }
    expect(world.admit({ stream: 'marketing' })).toMatchObject({
      decision: 'held',
      hold: { scope: 'sending-domain', id: 'example.com' },
    })
  })
})

describe('a lane', () => {
  it('rests 15 minutes after 5 temporary replies of any kind in an hour, and goes on by itself', () => {
    const world = new World()
    const busy = verdictOf('temporary-error', { fault: 'provider', disposition: 'retry' })
    const replies = [unavailable, busy, unavailable, busy, unavailable]
    replies.forEach((reply, index) => world.record(reply, { messageId: `m${index}` }))
    expect(world.admit()).toMatchObject({ decision: 'held', retryAt: world.now + 15 * minute * 1000 })
    world.pass(15 * minute)
    expect(world.admit({ messageId: 'a' }).decision).toBe('send')
    expect(world.admit({ messageId: 'b' }).decision).toBe('send')
  })

  it('that rests is held longer when the IP turns out to be blocked, not the other way round', () => {
    const world = new World()
    for (let message = 0; message < 5; message++) world.record(unavailable, { messageId: `m${message}` })
    expect(world.record(proofpoint, { messageId: 'x' }).holds).toHaveLength(1)
    for (let message = 0; message < 5; message++) world.record(unavailable, { messageId: `n${message}` })
    expect(world.admit()).toMatchObject({ rule: 'proofpoint-block', retryAt: world.now + hour * 1000 })
  })

  it('is held by the third HELO name that is not found', () => {
    const world = new World()
    const helo = verdictOf('helo-not-found', { fault: 'sender-dns', disposition: 'retry' })
    for (const messageId of ['a', 'b', 'c']) world.record(helo, { messageId })
    expect(world.admit()).toMatchObject({ decision: 'held', hold: { scope: 'sending-ip' } })
  })

  it('keeps no more times than it needs', () => {
    const world = new World()
    for (let message = 0; message < 1000; message++) {
      world.record(hm08, { messageId: `m${message}` })
      world.pass(day)
    }
    const replies = [...world.scopes.values()].flatMap(({ counts = [] }) =>
      counts.flatMap((count) => count.replies),
    )
    expect(replies).toHaveLength(1)
  })
})

describe('a clock that is set back by an hour', () => {
  it('leaves a lane that rests no longer at rest than its rule says', () => {
    const world = new World()
    for (let message = 0; message < 5; message++) world.record(unavailable, { messageId: `m${message}` })
    world.pass(-hour)
    expect(world.admit()).toMatchObject({ decision: 'held', retryAt: world.now + 15 * minute * 1000 })
    world.pass(15 * minute)
    expect(world.admit().decision).toBe('send')
  })

  it('leaves the next probe no further away than an interval', () => {
    const world = new World()
    world.record(proofpoint)
    world.pass(hour)
    world.admit({ messageId: 'probe' })
    world.pass(-hour)
    world.record(proofpoint, { messageId: 'late' })
    expect(world.admit({ messageId: 'm2' })).toMatchObject({ retryAt: world.now + hour * 1000 })
    world.pass(hour)
    expect(world.admit({ messageId: 'm2' }).decision).toBe('send')
  })

  it('is told from two machines that differ by some seconds', () => {
    const world = new World()
    world.record(proofpoint)
    const until = world.now + hour * 1000
    world.pass(-20)
    expect(world.admit()).toMatchObject({ retryAt: until })
  })
})
