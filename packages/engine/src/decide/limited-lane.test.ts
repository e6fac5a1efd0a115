import { describe, expect, it } from 'vitest'
import { defaultPolicy } from '../policy/policy.ts'
import { limitRecipient } from './limited-lane.ts'
import { minute, World } from '../world.test.fixture.ts'
import { verdictOf } from './verdict.test.fixture.ts'
import type { Attempt } from './attempt.ts'

const limited = verdictOf('rate-limited', { fault: 'rate', disposition: 'retry' })

/** Whether Apple's reply to this recipient slowed the lane down. */
function slows(world: World, n: number, about: Partial<Attempt> = {}): boolean {
  world.record(limited, { address: `a${n}@icloud.com`, messageId: `m${n}`, ...about })
  return world.last?.effects.some(({ type }) => type === 'slow') ?? false
}

describe('a lane with limited recipients', () => {
  it('slows down from the 5th distinct one in 10 minutes on, with every further reply', () => {
    const world = new World()
    const found = [1, 2, 3, 4, 5, 6, 1].map((n) => {
      world.pass(minute)
      return slows(world, n)
    })
    expect(found).toEqual([false, false, false, false, true, true, true])
    expect(world.last?.effects).toEqual([{ type: 'slow', lane: 'default', rule: 'rate-limited' }])
  })

  it('does not for one recipient, however often, for old ones, or for those of another lane', () => {
    const world = new World()
    for (let n = 0; n < 20; n++) expect(slows(world, 1)).toBe(false)
    for (let n = 0; n < 20; n++) {
      world.pass(2.5 * minute)
      expect(slows(world, n)).toBe(false)
    }
    for (let n = 0; n < 4; n++) expect(slows(world, n, { lane: 'other' })).toBe(false)
    for (let n = 10; n < 30; n++) expect(slows(world, n, { hop: 'relay' })).toBe(false)
  })

  it('can be left out', () => {
    const world = new World()
    const rule = { ...world.policy.rules['rate-limited'], slowLane: null }
    world.policy = { ...world.policy, rules: { ...world.policy.rules, 'rate-limited': rule } }
    for (let n = 0; n < 20; n++) expect(slows(world, n)).toBe(false)
  })

  it('remembers no more recipients than it needs, and is not written with each reply of a storm', () => {
    const policy = defaultPolicy.rules['rate-limited']?.slowLane
    if (!policy) throw new Error('no policy')
    let state = {}
    let writes = 0
    for (let n = 0; n < 1200; n++) {
      const next = limitRecipient(state, `a${n}@icloud.com`, n * 1000, policy)
      expect(next.isTooMany).toBe(n >= 4)
      if (next.state !== state) writes++
      state = next.state
      expect(JSON.stringify(state).length).toBeLessThan(400)
    }
    expect(writes).toBeLessThan(40)
  })
})
