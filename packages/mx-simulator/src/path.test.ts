import { expect, test } from 'vitest'
import { parsePath } from './path.ts'

test.each([
  ['FROM:<anna@example.com>', 'anna@example.com'],
  ['from: <anna@example.com> SIZE=12', 'anna@example.com'],
  ['FROM:<>', ''],
  ['FROM:<"a b>c"@example.com>', '"a b>c"@example.com'],
  ['FROM:<"a\\"> b"@example.com>', '"a\\"> b"@example.com'],
  ['FROM:<@relay.example,@other.example:anna@example.com>', 'anna@example.com'],
  ['FROM:<jürgen@example.com> SMTPUTF8', 'jürgen@example.com'],
])('reads %s', (argument, address) => {
  expect(parsePath(argument, 'FROM')?.address).toBe(address)
})

test('reads parameters', () => {
  const path = parsePath('FROM:<a@example.com> size=100 BODY=8BITMIME SMTPUTF8', 'FROM')
  expect([...(path?.parameters ?? [])]).toEqual([
    ['SIZE', '100'],
    ['BODY', '8BITMIME'],
    ['SMTPUTF8', ''],
  ])
})

test.each([
  '',
  'FROM',
  'FROM:anna@example.com',
  'FROM:<anna@example.com',
  'FROM:<an na@example.com>',
  'FROM:<a@example.com>SIZE=1',
  'FROM:<a\u0000@example.com>',
  'FROM:<"a\u001b[2J"@example.com>',
  'TO:<anna@example.com>',
])('refuses %j', (argument) => {
  expect(parsePath(argument, 'FROM')).toBeNull()
})
