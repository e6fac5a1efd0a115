import fc from 'fast-check'
import { expect, test } from 'vitest'
import { phraseScanner } from './phrase-scanner.ts'

function find(phrases: string[], text: string, from = 0): number[] {
  const scan = phraseScanner(phrases).scan(text, from)
  const found: number[] = []
  for (let phrase = scan.next(); phrase >= 0; phrase = scan.next()) found.push(phrase)
  return found
}

test('finds phrases in any case, over any white space, and inside one another', () => {
  expect(find(['over quota', 'quota', 'user is'], 'USER  is\r\n\tOver \u00a0 quota')).toEqual([2, 0, 1])
  expect(find(['blocked - see'], 'Blocked – see')).toEqual([0])
  expect(find(['a b'], 'a')).toEqual([])
})

test('begins where it is told, and says where a phrase ends', () => {
  expect(find(['over quota'], 'over quota, over quota', 1)).toEqual([0])
  const scan = phraseScanner(['quota']).scan('over quota', 0)
  expect([scan.next(), scan.end, scan.next()]).toEqual([0, 10, -1])
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
