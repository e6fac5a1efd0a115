import { expect, test } from 'vitest'
import { inTurns } from './turns.ts'

test('who is first alternates, and each turn is a pair', async () => {
  const order: string[] = []
  let serial = 0
  const side = (name: string) => (): Promise<number> => {
    order.push(name)
    return Promise.resolve(++serial)
  }
  const pairs = await inTurns(3, { ours: side('ours'), baseline: side('baseline') })
  expect(order).toEqual(['ours', 'baseline', 'baseline', 'ours', 'ours', 'baseline'])
  expect(pairs).toEqual([
    { ours: 1, baseline: 2 },
    { ours: 4, baseline: 3 },
    { ours: 5, baseline: 6 },
  ])
})
