import fc from 'fast-check'
import { expect, test } from 'vitest'
import { phraseScanner } from './phrase-scanner.ts'

function find(phrases: string[], text: string): number[] {
  const found: number[] = []
  phraseScanner(phrases).scan(text, (phrase) => {
    found.push(phrase)
    return false
  })
  return found
}

test('finds phrases in any case, over any white space, and inside one another', () => {
  expect(find(['over quota', 'quota', 'user is'], 'USER  is\r\n\tOver \u00a0 quota')).toEqual([2, 0, 1])
  expect(find(['blocked - see'], 'Blocked – see')).toEqual([0])
  expect(find(['a b'], 'a')).toEqual([])
})

test('stops when told', () => {
  let calls = 0
  phraseScanner(['a']).scan('aaaa', () => ++calls === 2)
  expect(calls).toBe(2)
})

test('finds what indexOf finds', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(
      fc.uniqueArray(word, { minLength: 1, maxLength: 6 }),
      fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'd') }),
      (phrases, text) => {
        const expected = phrases
          .map((phrase, index) => (text.includes(phrase) ? index : -1))
          .filter((index) => index >= 0)
        expect([...new Set(find(phrases, text))].toSorted((a, b) => a - b)).toEqual(expected)
      },
    ),
  )
})
