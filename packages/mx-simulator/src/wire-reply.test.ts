import { expect, test } from 'vitest'
import { onTheWire, wireReply } from './wire-reply.ts'

test('keeps a reply of one line', () => {
  expect(wireReply('550 5.1.1 no such user')).toEqual({ code: 550, text: '550 5.1.1 no such user' })
})

test('puts the code before every line, with a dash on all but the last', () => {
  expect(wireReply('550 5.7.1 first\nsecond\nthird')?.text).toBe('550-5.7.1 first\n550-second\n550 third')
})

test('does not repeat a code that is there', () => {
  expect(wireReply('550-5.7.1 first\r\n550 second')?.text).toBe('550-5.7.1 first\n550 second')
  expect(wireReply('550-first\n550-second')?.text).toBe('550-first\n550 second')
})

test('leaves a longer number alone', () => {
  expect(wireReply('550 first\n5501 left')?.text).toBe('550-first\n550 5501 left')
})

test('takes a bare code and empty lines', () => {
  expect(wireReply('421')?.text).toBe('421')
  expect(wireReply('421 a\n\n421')?.text).toBe('421-a\n421-\n421')
})

test.each(['', 'hello', '5501 x', '150 x', '650 x', '5.7.1 x'])('refuses %j', (text) => {
  expect(wireReply(text)).toBeNull()
})

test('ends each line with CRLF on the wire', () => {
  expect(onTheWire('250-a\n250 b')).toBe('250-a\r\n250 b\r\n')
})
