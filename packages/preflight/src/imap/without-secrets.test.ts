import { expect, it } from 'vitest'
import { withoutSecrets } from './without-secrets.ts'

const account = { address: 'seed@icloud.com', password: 'hun"ter-2' }
const base64 = (text: string): string => Buffer.from(text).toString('base64')

it.each([
  ['as it is', 'NO hun"ter-2 is wrong'],
  ['quoted', 'BAD LOGIN seed "hun\\"ter-2"'],
  ['in base64', `NO ${base64('hun"ter-2')}`],
  ['with the name', `NO ${base64('\0seed@icloud.com\0hun"ter-2')}`],
  ['with the name before the @', `NO ${base64('\0seed\0hun"ter-2')}`],
])('takes a password out that a server repeats %s', (_, text) => {
  const clean = withoutSecrets(text, account)
  expect(clean).toContain('[hidden]')
  expect(clean).not.toMatch(/hun|aHVu|IaHVu|AGh1b/)
})

it('leaves other text alone', () => {
  expect(withoutSecrets('NO not now', account)).toBe('NO not now')
})
