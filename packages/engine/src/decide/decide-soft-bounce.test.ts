import { describe, expect, it } from 'vitest'
import { inactive } from './verdict.test.fixture.ts'
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

  it('starts anew after an acceptance by Apple', () => {
    const world = new World()
    for (let send = 0; send < 12; send++) {
      expect(world.record(inactive, { messageId: `m${send}` }).type).toBe('soft-bounce')
      world.pass(14 * day)
      if (send % 3 === 2) world.record(null, { messageId: `ok${send}` })
    }
  })
})
