import { describe, expect, it } from 'vitest'
import type { Attempt } from './attempt.ts'
import { verdictOf } from './verdict.test.fixture.ts'
import { hour, World } from '../world.test.fixture.ts'

const unregistered = verdictOf('private-relay-unregistered-sender', {
  fault: 'sender-registration',
  scope: 'sending-domain',
})
const transformation = verdictOf('private-relay-transformation', {
  fault: 'sender-registration',
  scope: 'sending-domain',
})
const at = (name: string): Partial<Attempt> => ({
  address: `${name}@privaterelay.appleid.com`,
  messageId: name,
})

function alerts(world: World): unknown[] {
  return (world.last?.effects ?? []).flatMap((effect) => (effect.type === 'alert' ? [effect.alert] : []))
}

describe('a sender that is not registered with the private relay', () => {
  it('fails the message, and is told of once', () => {
    const world = new World()
    expect(world.record(unregistered, at('a'))).toMatchObject({ type: 'fail', suppression: null, holds: [] })
    expect(alerts(world)).toEqual([
      expect.objectContaining({
        kind: 'not-registered',
        subject: 'private-relay/example.com',
        rule: 'private-relay-unregistered-sender',
      }),
    ])
    for (const name of ['b', 'c', 'd']) {
      world.record(transformation, at(name))
      expect(alerts(world)).toEqual([])
      world.pass(hour)
    }
  })

  it('is told of anew when it is held long after it was told of, once', () => {
    const world = new World()
    const refuse = (name: string): number => {
      world.record(unregistered, at(name))
      return alerts(world).length
    }
    expect([refuse('a'), refuse('b')]).toEqual([1, 0])
    world.record(null, at('good'))
    expect([refuse('c'), refuse('c'), refuse('d')]).toEqual([0, 0, 0])
    // A day later these do not count any more, though Apple accepted nothing in between.
    world.pass(25 * hour)
    expect([refuse('e'), refuse('e'), refuse('f'), refuse('g')]).toEqual([0, 0, 0, 1])
    expect(world.admit(at('x')).decision).toBe('held')
    expect(refuse('h')).toBe(0)
  })

  it('is held for all relay recipients from the third one on, and other mail to Apple goes on', () => {
    const world = new World()
    for (const name of ['a', 'a', 'b']) world.record(unregistered, at(name))
    expect(world.admit(at('x')).decision).toBe('send')
    expect(world.record(transformation, { ...at('c'), stream: 'marketing' }).holds).toEqual([
      { scope: 'private-relay', id: 'example.com' },
    ])
    expect(world.admit(at('x'))).toMatchObject({ decision: 'held', retryAt: world.now + hour * 1000 })
    expect(world.admit({ address: 'x@private.icloud.com', messageId: 'x' }).decision).toBe('held')
    expect(world.admit({ address: 'x@icloud.com', messageId: 'x' }).decision).toBe('send')
    expect(world.admit({ ...at('x'), fromDomain: 'example.org' }).decision).toBe('send')
  })

  it('goes on when Apple takes a probe, and is told of anew after that', () => {
    const world = new World()
    for (const name of ['a', 'b', 'c']) world.record(unregistered, at(name))
    world.pass(hour)
    expect(world.admit(at('probe')).decision).toBe('send')
    world.record(null, at('probe'))
    expect(world.admit(at('x')).decision).toBe('send')
    world.record(unregistered, at('d'))
    expect(alerts(world)).toHaveLength(1)
  })

  it('is none while the relay takes other mail: those addresses are of another app', () => {
    const world = new World()
    for (let round = 0; round < 10; round++) {
      world.record(transformation, at(`a${round}`))
      world.record(transformation, at(`b${round}`))
      world.record(null, at(`good${round}`))
    }
    expect(world.admit(at('x')).decision).toBe('send')
  })

  it('is not found out about by mail to other recipients', () => {
    const world = new World()
    for (const name of ['a', 'b', 'c'])
      world.record(unregistered, { address: `${name}@icloud.com`, messageId: name })
    expect(world.admit(at('x')).decision).toBe('send')
    for (const name of ['a', 'b', 'c']) world.record(unregistered, at(name))
    world.pass(hour)
    world.admit({ address: 'x@icloud.com', messageId: 'x' })
    world.record(null, { address: 'x@icloud.com', messageId: 'x' })
    expect(world.admit(at('probe')).reason).toContain('a probe')
  })
})
