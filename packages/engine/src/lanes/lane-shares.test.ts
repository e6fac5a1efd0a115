import { describe, expect, it } from 'vitest'
import { reserved, sharesOf, type Share } from './lane-shares.ts'

function shares(
  wants: readonly (readonly [urgent: number, bulk: number])[],
  concurrency = 10,
  turn = 0,
): Share[] {
  const demands = wants.map(([urgent, bulk], index) => ({ id: `p${index}`, urgent, bulk }))
  const all = sharesOf(demands, concurrency, 0.2, turn)
  return demands.map(({ id }) => {
    const { slots, bulk } = all.get(id) ?? { slots: -1, bulk: -1 }
    return { slots, bulk }
  })
}

describe('the reserve', () => {
  it('is 2 of 10, at least one of two, and none of one', () => {
    expect([1, 2, 3, 5, 6, 10, 20].map((concurrency) => reserved(concurrency, 0.2))).toEqual([
      0, 1, 1, 1, 2, 2, 4,
    ])
    expect(reserved(10, 0)).toBe(0)
  })
})

describe('shares of a lane', () => {
  it('are all but the reserve for what is not urgent', () => {
    expect(shares([[0, 99]])).toEqual([{ slots: 8, bulk: 8 }])
    expect(shares([[99, 0]])).toEqual([{ slots: 10, bulk: 0 }])
  })

  it('leave one to what is not urgent, whoever else wants all', () => {
    expect(
      shares([
        [99, 0],
        [0, 99],
      ]),
    ).toEqual([
      { slots: 9, bulk: 0 },
      { slots: 1, bulk: 1 },
    ])
  })

  it('are equal parts, and no more than is wanted', () => {
    expect(shares([1, 2, 3, 4].map(() => [0, 99] as const)).map(({ slots }) => slots)).toEqual([2, 2, 2, 2])
    expect(
      shares([
        [0, 1],
        [0, 99],
        [0, 99],
        [0, 0],
      ]).map(({ slots }) => slots),
    ).toEqual([1, 4, 3, 0])
  })

  it('go round where there are too few', () => {
    const turns = [0, 1, 2, 3].map((turn) =>
      shares(
        [0, 1, 2, 3].map(() => [0, 99] as const),
        2,
        turn,
      ).map(({ slots }) => slots),
    )
    expect(turns).toEqual([
      [1, 0, 0, 0],
      [0, 1, 0, 0],
      [0, 0, 1, 0],
      [0, 0, 0, 1],
    ])
  })

  it('are never more than there is, and all of it where enough is wanted', () => {
    for (let concurrency = 1; concurrency <= 12; concurrency++) {
      for (let seed = 0; seed < 200; seed++) {
        const wants = Array.from(
          { length: 1 + (seed % 5) },
          (_, index) => [(seed * 7 + index * 3) % 6, (seed * 5 + index) % 9] as const,
        )
        const all = shares(wants, concurrency, seed)
        const sum = (key: keyof Share): number => all.reduce((total, share) => total + share[key], 0)
        const urgent = wants.reduce((total, [wanted]) => total + wanted, 0)
        const bulk = wants.reduce((total, [, wanted]) => total + wanted, 0)
        const unreserved = concurrency - reserved(concurrency, 0.2)
        expect(sum('slots')).toBeLessThanOrEqual(concurrency)
        expect(sum('bulk')).toBeLessThanOrEqual(unreserved)
        expect(sum('slots')).toBeGreaterThanOrEqual(Math.min(urgent, concurrency - 1))
        if (urgent === 0) expect(sum('slots')).toBe(Math.min(bulk, unreserved))
      }
    }
  })
})
