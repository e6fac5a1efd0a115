import { expect, it } from 'vitest'
import { hung, wrap } from './wrap.ts'

it('breaks between words', () => {
  expect(wrap('one two three', 7)).toEqual(['one two', 'three'])
  expect(wrap('one two three four', 10, 5)).toEqual(['one', 'two three', 'four'])
  expect(wrap('', 7)).toEqual([''])
})

it('leaves a long word whole', () => {
  expect(wrap('see https://support.apple.com now', 10)).toEqual(['see', 'https://support.apple.com', 'now'])
})

it('does not count colours', () => {
  expect(wrap('\u001b[31mone two\u001b[39m three', 7)).toEqual(['\u001b[31mone two\u001b[39m', 'three'])
})

it('hangs a text below its own beginning', () => {
  expect(hung('  Time   ', 'an hour takes a second', 20)).toBe(
    '  Time   an hour\n         takes a\n         second',
  )
})
