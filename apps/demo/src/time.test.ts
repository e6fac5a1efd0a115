import { expect, it } from 'vitest'
import { realSpan } from './time.ts'

it.each([
  [1, 400, '1 min'],
  [200, 400, '30 min'],
  [1600, 400, '4 h'],
  [1600, 100, '16 h'],
  [19_200, 400, '2 days'],
])('%i ms where an hour takes %i ms are %s', (ms, hourMs, words) => {
  expect(realSpan(ms, hourMs)).toBe(words)
})
