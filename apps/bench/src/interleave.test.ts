import { expect, it } from 'vitest'
import { interleave } from './interleave.ts'

it('measures both sides in turn and keeps them apart', async () => {
  const order: string[] = []
  const shown: string[] = []
  const plan = {
    runs: (standard: number) => standard,
    size: (full: number) => full,
    progress: (what: string, run: number, runs: number) => void shown.push(`${what} ${run}/${runs}`),
  }
  const side = (name: string) => async () => `${name}${order.push(name)}`
  const pairs = await interleave(plan, 'row', 3, { ours: side('a'), baseline: side('b') })
  expect(order).toEqual(['a', 'b', 'b', 'a', 'a', 'b'])
  expect(pairs).toEqual([
    { ours: 'a1', baseline: 'b2' },
    { ours: 'a4', baseline: 'b3' },
    { ours: 'a5', baseline: 'b6' },
  ])
  expect(shown).toEqual(['row 1/3', 'row 2/3', 'row 3/3'])
})
