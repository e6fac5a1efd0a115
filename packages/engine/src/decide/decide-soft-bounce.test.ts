import { describe, expect, it } from 'vitest'
import { hm08, inactive, mailboxFull, unavailable } from './verdict.test.fixture.ts'
import { day, hour, World } from '../world.test.fixture.ts'

/** What becomes of sends so far apart to an account that stays inactive. */
function failEvery(seconds: number, sends: number): string[] {
  const world = new World()
  return Array.from({ length: sends }, (_, send) => {
    const { type } = world.record(inactive, { messageId: `m${send}` })
    world.pass(seconds)
    return type
  })
}

describe('an inactive account', () => {
  it('is suppressed with the 4th failure, if that comes 28 days after the 1st', () => {
    expect(failEvery((28 * day) / 3, 4)).toEqual(['soft-bounce', 'soft-bounce', 'soft-bounce', 'suppress'])
  })

  it('is not suppressed by many failures within 28 days', () => {
    expect(failEvery(day, 28).every((type) => type === 'soft-bounce')).toBe(true)
    expect(failEvery(day, 29).at(-1)).toBe('suppress')
  })

  it('is not suppressed sooner by failures every hour', () => {
    expect(failEvery(hour, 24 * 28).includes('suppress')).toBe(false)
  })

  it('is not suppressed by one message recorded again and again', () => {
    const world = new World()
    for (let time = 0; time < 20; time++) {
      expect(world.record(inactive).type).toBe('soft-bounce')
      world.pass(7 * day)
    }
    expect(world.recipients.get('anna@icloud.com')?.softBounces?.[0]?.count).toBe(1)
  })

  it('is suppressed by failures exactly 24 h apart, and not by one that comes sooner', () => {
    const world = new World()
    const send = (id: string): string => world.record(inactive, { messageId: id }).type
    expect(send('m0')).toBe('soft-bounce')
    world.pass(26 * day)
    expect(send('m1')).toBe('soft-bounce')
    world.pass(day)
    expect(send('m2')).toBe('soft-bounce')
    world.pass(day - 1)
    expect(send('too soon')).toBe('soft-bounce')
    world.pass(1)
    expect(send('m3')).toBe('suppress')
  })

  it('is counted for itself: other failures and expired messages neither count nor break the row', () => {
    const world = new World()
    for (let send = 0; send < 4; send++) {
      expect(world.record(inactive, { messageId: `m${send}` }).type).toBe(
        send < 3 ? 'soft-bounce' : 'suppress',
      )
      world.pass(5 * day)
      for (let tries = 0; tries < 5; tries++) world.record(mailboxFull, { messageId: `full${send}` })
      world.record(hm08, { messageId: `policy${send}` })
      world.record(unavailable, { messageId: `old${send}`, acceptedAt: world.now - 6 * day * 1000 })
      world.pass(5 * day)
    }
  })

  it('starts anew after an acceptance by Apple', () => {
    const world = new World()
    for (let send = 0; send < 12; send++) {
      expect(world.record(inactive, { messageId: `m${send}` }).type).toBe('soft-bounce')
      world.pass(14 * day)
      if (send % 3 === 2) world.record(null, { messageId: `ok${send}` })
    }
  })
})
