import { describe, expect, it } from 'vitest'
import { resolvePolicy } from '../policy/policy-check.ts'
import { scalePolicy } from '../policy/scale-policy.ts'
import { defaultLane, defaultWarmUp, lanePolicyOf, priorityOf, warmUpTable } from './lane-policy.ts'
import type { LanesOptions } from './lane-policy-check.ts'

function resolve(lanes: LanesOptions): ReturnType<typeof resolvePolicy>['lanes'] {
  return resolvePolicy({ lanes }).lanes
}

describe('the policy of lanes', () => {
  it('keeps its defaults where nothing else is said', () => {
    expect(resolve({})).toEqual({ '*': defaultLane })
    const lanes = resolve({ '*': { ceiling: 20, priorities: { alerts: 0 } }, 'ip-2': { warmUp: 'default' } })
    expect(lanePolicyOf(lanes, 'ip-1')).toMatchObject({ ceiling: 20, warmUp: null })
    expect(lanePolicyOf(lanes, 'ip-2')).toMatchObject({ ceiling: 20, warmUp: 'default' })
    expect(lanePolicyOf(lanes, 'constructor')).toMatchObject({ ceiling: 20 })
    const lane = lanePolicyOf(lanes, 'ip-2')
    expect(
      ['alerts', 'transactional', 'news', 'marketing', 'toString'].map((name) => priorityOf(lane, name)),
    ).toEqual([0, 0, 1, 2, 1])
  })

  it('has a table for a new IP', () => {
    expect(warmUpTable(defaultLane)).toBeNull()
    expect(warmUpTable({ ...defaultLane, warmUp: 'done' })).toBeNull()
    expect(warmUpTable({ ...defaultLane, warmUp: [7] })).toEqual([7])
    expect(warmUpTable({ ...defaultLane, warmUp: 'default' })).toBe(defaultWarmUp)
    expect(defaultWarmUp.every((messages, day) => messages <= 2 * (defaultWarmUp[day - 1] ?? messages))).toBe(
      true,
    )
  })

  it.each([
    [{ '*': { ceilling: 5 } }, /policy\.lanes\.\*: there is no option "ceilling" \(did you mean "ceiling"/],
    [{ a: 5 }, /policy\.lanes\.a: expected an object, found 5/],
    [{ a: { ceiling: 0 } }, /policy\.lanes\.a\.ceiling: expected a whole number from 1 to 1000, found 0/],
    [{ a: { ceiling: 2, floor: 3 } }, /policy\.lanes\.a\.floor: expected at most the ceiling, 2/],
    [{ a: { start: 1.5 } }, /start/],
    [{ a: { messagesPerConnection: 0 } }, /messagesPerConnection/],
    [{ a: { reserve: 1 } }, /reserve: expected a number from 0 to 0\.9/],
    [{ a: { lowestShare: 0.6 } }, /lowestShare/],
    [{ a: { rateFloor: 0 } }, /rateFloor: expected a number more than 0/],
    [{ a: { rateCeiling: Number.NaN } }, /rateCeiling/],
    [{ a: { raiseMessages: 0 } }, /raiseMessages/],
    [{ a: { raiseSeconds: 0 } }, /raiseSeconds/],
    [{ a: { slowSeconds: '60' } }, /slowSeconds/],
    [{ a: { leaseSeconds: 0.1 } }, /leaseSeconds/],
    [{ a: { priorities: { news: 10 } } }, /priorities\.news: expected a whole number from 0 to 9/],
    [{ a: { warmUp: 'defaults' } }, /warmUp: expected 'default', 'done', null or an array/],
    [{ a: { warmUp: [] } }, /warmUp/],
    [{ a: { warmUp: [50, -1] } }, /warmUp\[1\]/],
    [{ a: { daySeconds: 0 } }, /daySeconds/],
    [{ a: { spread: { news: { messages: 0, overSeconds: 1 } } } }, /spread\.news\.messages/],
    [{ a: { spread: { news: { messages: 1, overSeconds: 0 } } } }, /spread\.news\.overSeconds/],
    [
      { a: { spread: { news: { messages: 1, over: 1 } } } },
      /spread\.news: expected messages and overSeconds/,
    ],
  ])('names what cannot be right: %j', (lanes, message) => {
    expect(() => resolve(lanes as never)).toThrow(message)
  })

  it('has its times multiplied and its rates divided; leases are about processes', () => {
    const policy = resolvePolicy({
      lanes: { a: { rateCeiling: 2, spread: { news: { messages: 10, overSeconds: 60 } } } },
    })
    expect(scalePolicy(1 / 60, policy).lanes.a).toEqual({
      ...defaultLane,
      rateCeiling: 120,
      rateFloor: 30,
      raiseSeconds: 0.5,
      slowSeconds: 1,
      daySeconds: 1440,
      spread: { news: { messages: 10, overSeconds: 1 } },
    })
  })
})
