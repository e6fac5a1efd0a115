import { describe, expect, it } from 'vitest'
import { median, quantile, quartiles } from './statistics.ts'

describe('median', () => {
  it('is the middle value, whatever the order', () => {
    expect(median([9, 1, 5])).toBe(5)
    expect(median([4])).toBe(4)
  })

  it('is the mean of the two middle values of an even number', () => {
    expect(median([10, 1, 2, 4])).toBe(3)
  })
})

describe('quartiles', () => {
  it('bound the middle half', () => {
    expect(quartiles([5, 4, 3, 2, 1])).toEqual([2, 4])
    expect(quartiles([7])).toEqual([7, 7])
  })

  it('are interpolated between neighbours', () => {
    expect(quartiles([0, 1, 2, 3])).toEqual([0.75, 2.25])
  })
})

describe('quantile', () => {
  it('leaves the values as they are, and refuses none at all', () => {
    const values = [3, 1, 2]
    expect(quantile(values, 1)).toBe(3)
    expect(values).toEqual([3, 1, 2])
    expect(() => quantile([], 0.5)).toThrow(RangeError)
  })
})
