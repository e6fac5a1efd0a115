import { describe, expect, it } from 'vitest'
import { rowOf, type RowSpec } from './row.ts'
import { added, costs, rates } from './sample.ts'

const spec: RowSpec = { name: 'family/row', unit: 'messages/s', about: 'for the test', target: null }

describe('rowOf', () => {
  it('takes medians and the quartiles of ours', () => {
    expect(rowOf(spec, [rates(10, 20), rates(30, 30), rates(20, 10)])).toEqual({
      name: 'family/row',
      unit: 'messages/s',
      ours: 20,
      baseline: 20,
      ratio: 1,
      spread: [15, 25],
      target: null,
      met: null,
    })
  })

  it('judges the ratio of each run, for costs too', () => {
    const row = rowOf({ ...spec, target: { figure: 'ratio', bound: '>=', value: 0.9 } }, [
      costs(100, 80),
      costs(200, 190),
      costs(100, 91),
    ])
    expect(row).toMatchObject({ ratio: 0.91, target: 'ratio >= 0.9', met: true })
    expect(row.spread).toEqual([expect.closeTo(0.855), expect.closeTo(0.93)])
  })

  it('says that a target is missed', () => {
    const target = { figure: 'ours', bound: '<=', value: 10 } as const
    expect(rowOf({ ...spec, target }, [added(111, 100)])).toMatchObject({
      ours: 11,
      baseline: 100,
      met: false,
    })
    expect(rowOf({ ...spec, target }, [added(109, 100)])).toMatchObject({ ours: 9, met: true })
  })
})
