import { expect, it } from 'vitest'
import { didYouMean } from './did-you-mean.ts'

const known = ['ledger', 'policy', 'clock']

it.each([
  ['polcy', 'policy'],
  ['Policy', 'policy'],
  ['plicy', 'policy'],
  ['clocks', 'clock'],
  ['leger', 'ledger'],
])('%s: did you mean %s', (given, meant) => {
  expect(didYouMean(given, known)).toBe(` (did you mean "${meant}"?)`)
})

it.each(['throttle', '', 'x'.repeat(100_000), '__proto__'])('does not guess', (given) => {
  expect(didYouMean(given, known)).toBe('')
})
