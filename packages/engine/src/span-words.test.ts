import { expect, test } from 'vitest'
import { spanWords } from './span-words.ts'

test.each([
  [0.25, '0.3 s'],
  [40, '40 s'],
  [90, '1.5 min'],
  [3600, '1 h'],
  [36 * 3600, '36 h'],
  [28 * 86_400, '28 days'],
])('%d seconds are %s', (seconds, words) => {
  expect(spanWords(seconds)).toBe(words)
})
