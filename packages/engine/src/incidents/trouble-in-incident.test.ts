import { classify } from '@icloud-delivery/rules'
import { describe, expect, it } from 'vitest'
import { day, hour, minute, World } from '../world.test.fixture.ts'

const mx = 'mx01.mail.icloud.com'
const gone = classify('550 5.1.1 <anna@icloud.com>: user does not exist', {
  mx,
  recipient: 'anna@icloud.com',
})
const hm08 = classify('554 5.7.1 [HM08] Message rejected due to local policy', { mx })
const incident = '2026-01-01T00:00:00-invalid-recipient'

describe('a reply that an incident covers', () => {
  it('is retried at growing waits until the message is too old, and held against nobody', () => {
    const world = new World()
    const waits: number[] = []
    let action = world.record(gone, { incident })
    while (action.type === 'retry') {
      const wait = (action.retryAt - world.now) / 60_000
      waits.push(wait)
      world.pass(wait * 60)
      action = world.record(gone, { incident })
    }
    expect(waits.slice(0, 6)).toEqual([15, 30, 60, 120, 240, 240])
    // 120 hours in all: nobody who is dead is asked more often.
    expect(waits.length).toBeLessThan(36)
    expect(action).toMatchObject({ type: 'fail', expired: true })
    expect(world.recipients.get('anna@icloud.com')).toEqual({})
  })

  it('leaves the counts of before untouched', () => {
    const world = new World()
    const softBounces = [{ rule: 'inactive-account', count: 3, firstAt: 0, lastAt: 0, messageIds: ['m0'] }]
    world.recipients.set('anna@icloud.com', { softBounces })
    const inactive = classify('550 5.1.1 <anna@icloud.com>: inactive email address', { mx })
    expect(world.record(inactive, { incident }).type).toBe('retry')
    expect(world.recipients.get('anna@icloud.com')?.softBounces).toEqual(softBounces)
  })

  it('closes no scope, and opens none', () => {
    const world = new World()
    for (let number = 0; number < 20; number++) world.record(hm08, { messageId: `m${number}`, incident })
    expect(world.admit().decision).toBe('send')
    for (let number = 0; number < 3; number++) world.record(hm08, { messageId: `n${number}` })
    expect(world.admit().decision).toBe('held')
    // A probe that meets it goes back to hold.
    world.pass(6 * hour)
    expect(world.admit({ messageId: 'probe' }).decision).toBe('send')
    const action = world.record(hm08, { messageId: 'probe', incident })
    expect(action).toMatchObject({ type: 'hold', retryAt: world.now + hour * 1000 })
    expect(world.admit({ messageId: 'next' }).decision).toBe('held')
  })

  it('is no end of a hold that waits for something else, and its probe is passed on', () => {
    const world = new World()
    for (let number = 0; number < 3; number++) world.record(hm08, { messageId: `n${number}` })
    world.pass(6 * hour)
    expect(world.admit({ messageId: 'probe' }).decision).toBe('send')
    expect(world.record(gone, { messageId: 'probe', incident }).type).toBe('retry')
    expect(world.admit({ messageId: 'next' }).decision).toBe('send')
    world.pass(minute)
    expect(world.admit({ messageId: 'other' }).decision).toBe('held')
  })

  it('follows the policy again once the incident is over', () => {
    const world = new World()
    world.record(gone, { incident })
    world.pass(day / 2)
    expect(world.record(gone).type).toBe('suppress')
  })
})
