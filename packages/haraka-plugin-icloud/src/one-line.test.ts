import { expect, it } from 'vitest'
import { oneLine } from './one-line.ts'

it.each([
  ['550 5.1.1 <a@icloud.com>: user does not exist', '550', '5.1.1', '<a@icloud.com>: user does not exist'],
  ['554-5.7.1 first\r\n554-5.7.1 second\r\n554 5.7.1 third', '554', '5.7.1', 'first second third'],
  ['550 5.7.26 two digits', '550', '5.7.26', 'two digits'],
  ['451 try later', '451', null, 'try later'],
  ['554-\r\n554', '554', null, ''],
  ['421 4.7.0', '421', '4.7.0', ''],
  ['no reply at all', '', null, 'no reply at all'],
])('%s', (reply, code, enhanced, words) => {
  expect(oneLine(reply)).toEqual({ code, enhanced, words })
})
