import { expect, test } from 'vitest'
import { bounded, visible, visibleJson } from './visible.ts'

test.each([
  ['a terminal command', '\u001b[2Jgone', '\\u001b[2Jgone'],
  ['its one-byte form', '\u009b2J', '\\u009b2J'],
  ['line ends and tabs', 'a\r\nb\tc', 'a\\u000d\\u000ab\\u0009c'],
  ['a turn of direction', 'moc\u202elpa\u2066', 'moc\\u202elpa\\u2066'],
  ['what has no width', 'a\u200bb\ufeff\u00ad', 'a\\u200bb\\ufeff\\u00ad'],
  ['separators', '\u2028\u2029', '\\u2028\\u2029'],
  ['half a character', '\ud800', '\\ud800'],
  ['hidden tags', '\u{e0041}', '\\udb40\\udc41'],
  ['what people write', 'Zoë’s 日本語 👍 \\', 'Zoë’s 日本語 👍 \\'],
])('shows %s', (_what, text, shown) => {
  expect(visible(text)).toBe(shown)
})

test('JSON stays the same value, on one line', () => {
  const value = { text: '\u001b[2J\u009b\u202e\u2028\u{e0041}\ud800"\\\n日本' }
  const line = visibleJson(value)
  expect(JSON.parse(line)).toEqual(value)
  expect(line).toBe('{"text":"\\u001b[2J\\u009b\\u202e\\u2028\\udb40\\udc41\\ud800\\"\\\\\\n日本"}')
})

test('bounds a text and says how much is missing', () => {
  expect(bounded('12345', 5)).toBe('12345')
  expect(bounded('1234567', 5)).toBe('12345 … (2 characters more)')
})
