import { expect, it } from 'vitest'
import { cutAddresses } from './cut-addresses.ts'

it.each([
  ['550 5.1.1 <anna@icloud.com>: user does not exist', '550 5.1.1 <[address]>: user does not exist'],
  ['to=<a@x>, "b c"@icloud.com;anna@icloud.com', 'to=<[address]>, "b c"[address];[address]'],
  ['<bounce+1-user=icloud.com@mail.example.com>', '<[address]>'],
  ['mailto:anna@icloud.com.', 'mailto:[address]'],
  ['ANNA@ICLOUD.COM', '[address]'],
  ['user is over quota', 'user is over quota'],
  [
    '0123456789abcdef0123456789abcdef@k1.hashed.invalid',
    '0123456789abcdef0123456789abcdef@k1.hashed.invalid',
  ],
  ['', ''],
])('%s', (text, left) => {
  expect(cutAddresses(text)).toBe(left)
})
