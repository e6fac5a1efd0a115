import { expect, test } from 'vitest'
import { withoutReturnedMessage } from './returned-message.ts'

test.each([
  'Content-Type: message/rfc822',
  'Content-Type: text/rfc822-headers; charset=us-ascii',
  'content-type:message/global',
  '------ This is a copy of the message, including all the headers. ------',
  '--- Below this line is a copy of the message.',
  '   ----- Original message follows -----',
  'Original Message Headers',
])('ends a bounce at: %s', (line) => {
  expect(withoutReturnedMessage(`550 5.6.0 no\r\n${line}\r\n\r\nSubject: user does not exist`)).toBe(
    '550 5.6.0 no\r',
  )
})

test('leaves the report itself', () => {
  const report =
    'Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822; anna@icloud.com\nStatus: 5.1.1'
  expect(withoutReturnedMessage(report)).toBe(report)
})
