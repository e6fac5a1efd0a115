import { expect, it } from 'vitest'
import { withoutRecipient } from './without-recipient.ts'

it.each([
  ['550 5.1.1 <anna@icloud.com>: user does not exist', '550 5.1.1 <[address]>: user does not exist'],
  ['550 5.1.1 Anna: user does not exist', '550 5.1.1 [address]: user does not exist'],
  ['no mailbox "anna", nor anna.', 'no mailbox "[address]", nor [address]'],
  [
    'see https://example.com/?to=anna%40icloud.com or news-anna=icloud.com',
    'see https:[address] or [address]',
  ],
  ['susanna and annabel', 'susanna and annabel'],
  ['', ''],
])('%s', (text, left) => {
  expect(withoutRecipient(text, 'anna@icloud.com')).toBe(left)
})

it('takes time with the length only', () => {
  const text = 'a '.repeat(100_000)
  expect(withoutRecipient(text, 'b@icloud.com')).toBe(text)
  expect(withoutRecipient(text, 'a@icloud.com')).toBe('[address] '.repeat(100_000))
})
