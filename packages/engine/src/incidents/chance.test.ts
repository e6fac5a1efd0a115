import { describe, expect, it } from 'vitest'
import { logChance, logRatio } from './chance.ts'

describe('the chance of a count', () => {
  it('is that of the Poisson distribution', () => {
    // Two or more where one is expected: 1 - 2/e.
    expect(Math.exp(logChance(2, 1))).toBeCloseTo(1 - 2 / Math.E, 10)
    expect(Math.exp(logChance(3, 0.01))).toBeCloseTo(1.6542e-7, 11)
    expect(Math.exp(logChance(130, 100))).toBeCloseTo(0.00228, 5)
  })

  it('stays a number where it is next to nothing', () => {
    expect(logChance(100_000, 1)).toBeLessThan(-1e6)
    expect(logChance(1, 0)).toBe(-Infinity)
    expect(logChance(0, 5)).toBe(0)
  })

  it('is no surprise below the mean', () => {
    expect(logChance(3, 5)).toBeGreaterThan(-1)
    expect(logRatio(3, 5)).toBe(0)
    expect(logRatio(10, 1)).toBeCloseTo(10 * Math.log(10) - 9, 10)
  })
})
