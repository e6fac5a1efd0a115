import { expect, test } from 'vitest'
import { displayWidth } from './display-width.ts'
import { wrap } from './wrap.ts'

test('breaks between words, up to the last column', () => {
  expect(wrap('one two three', 7)).toEqual(['one two', 'three'])
  expect(wrap('one two three', 6)).toEqual(['one', 'two', 'three'])
  expect(wrap('  one   two  ', 80)).toEqual(['one two'])
  expect(wrap('', 80)).toEqual([])
})

test('breaks a word that is too long, and goes on behind it', () => {
  expect(wrap('a abcdefgh b', 3)).toEqual(['a', 'abc', 'def', 'gh', 'b'])
  expect(wrap('abcdef', 3)).toEqual(['abc', 'def'])
})

test('leaves links whole', () => {
  expect(wrap('see https://check.spamhaus.org/ now', 10)).toEqual([
    'see',
    'https://check.spamhaus.org/',
    'now',
  ])
})

test('counts wide characters as two columns, and accents as none', () => {
  expect(wrap('日本語', 4)).toEqual(['日本', '語'])
  expect([displayWidth('日本'), displayWidth('e\u0301'), displayWidth('👍'), displayWidth('’')]).toEqual([
    4, 1, 2, 1,
  ])
})
