import { expect, test } from 'vitest'
import { withoutRepeatedCodes } from './repeated-codes.ts'

test('leaves out the codes that further lines repeat', () => {
  expect(
    withoutRepeatedCodes('smtp; 550-5.1.1 user 550-5.1.1 does not 550 5.1.1 exist (in reply to RCPT TO)'),
  ).toBe('smtp; 550-5.1.1 user does not exist (in reply to RCPT TO)')
})

test('leaves another reply its codes', () => {
  const text = '552-5.2.2 full 550 5.1.1 user does not exist'
  expect(withoutRepeatedCodes(text)).toBe(text)
})
