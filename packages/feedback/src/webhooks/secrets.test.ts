import { expect, it } from 'vitest'
import { requireSecret } from './secrets.ts'

const secret = 'a long random secret: yes'
const basic = `Basic ${Buffer.from(`user:${secret}`).toString('base64')}`

it.each([`Bearer ${secret}`, `bearer  ${secret}`, basic])(
  'takes a secret with spaces and colons in %j',
  (header) => {
    expect(() => requireSecret(new Headers({ authorization: header }), [secret], [])).not.toThrow()
  },
)

it.each(['Bearer a long', `Bearer${secret}`, secret, 'Bearer', ' '])('refuses %j', (header) => {
  expect(() => requireSecret(new Headers({ authorization: header }), [secret], [])).toThrow(/it carries/)
})
