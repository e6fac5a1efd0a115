import { expect, it } from 'vitest'
import { breakWords } from './break-words.ts'

it.each([
  ['short words stay', 5, 'short words stay'],
  ['invalid-recipient', 12, 'invalid- recipient'],
  ['authentication-failure', 22, 'authentication-failure'],
  ['abcdefgh', 3, 'abc def gh'],
  ['one\ntwothree', 4, 'one\ntwot hree'],
])('%j at %i gives %j', (text, width, broken) => {
  expect(breakWords(text, width)).toBe(broken)
})
