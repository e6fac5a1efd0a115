import { describe, expect, it } from 'vitest'
import type { Measurement } from './measurement.ts'
import { selectRows, UnknownRow } from './select.ts'

const measurements: readonly Measurement[] = [['a/one', 'a/one-more'], ['b/two']].map((names) => ({
  rows: names.map((name) => ({ name, unit: '', about: '', target: null })),
  measure: async () => [],
}))
const select = (...asked: string[]): string[] => [...selectRows(measurements, asked)]

describe('selectRows', () => {
  it('takes all where nothing is asked for', () => {
    expect(select()).toEqual(['a/one', 'a/one-more', 'b/two'])
  })

  it('takes a prefix for all rows that begin with it, and an exact name for that row alone', () => {
    expect(select('a/')).toEqual(['a/one', 'a/one-more'])
    expect(select('a/one')).toEqual(['a/one'])
    expect(select('b', 'a/one')).toEqual(['b/two', 'a/one'])
  })

  it('says what there is where a name is not known', () => {
    expect(() => select('b', 'c')).toThrow(UnknownRow)
    expect(() => select('c')).toThrow('a/one-more')
  })
})
