import { expect, it } from 'vitest'
import { agreeOnKeys, fingerprintOf } from './key-agreement.ts'

const [one, two, other] = ['a:1', 'b:2', 'c:3']
const agreement = (current: string, ...retired: string[]): { current: string; retired: string[] } => ({
  current,
  retired,
})

it('writes down what the first process does', () => {
  expect(agreeOnKeys([one], null, false)).toEqual({ type: 'write', agreement: agreement(one) })
  expect(agreeOnKeys([], null, false)).toEqual({ type: 'write', agreement: agreement('plain') })
  expect(agreeOnKeys([], null, true)).toEqual({ type: 'write', agreement: agreement('plain') })
})

it('lets in who does the same', () => {
  expect(agreeOnKeys([one], agreement(one), false)).toEqual({ type: 'same' })
  expect(agreeOnKeys([], agreement('plain'), false)).toEqual({ type: 'same' })
})

it('goes on to a newer key that knows the one in use, and never back', () => {
  expect(agreeOnKeys([two, one], agreement(one), false)).toEqual({
    type: 'write',
    agreement: agreement(two, one),
  })
  expect(agreeOnKeys([one, two], agreement(two, one), false)).toMatchObject({ type: 'refuse' })
  expect(agreeOnKeys([one], agreement(two, one), false)).toMatchObject({ type: 'refuse' })
})

it.each([
  ['another key', [other], agreement(one), false],
  ['no key, where addresses are hashed', [], agreement(one), false],
  ['a key, where addresses are plain', [one], agreement('plain'), false],
  ['a key, where an older version wrote plain addresses', [one], null, true],
] as const)('refuses who has %s', (_, own, found, holdsPlain) => {
  expect(agreeOnKeys(own, found, holdsPlain)).toMatchObject({ type: 'refuse' })
})

it('tells keys apart by their secrets, and says nothing of them', () => {
  const secret = 'x'.repeat(32)
  const fingerprint = fingerprintOf({ id: 'k1', secret })
  expect(fingerprint).toBe(fingerprintOf({ id: 'k1', secret: Buffer.from(secret) }))
  expect(fingerprint).not.toBe(fingerprintOf({ id: 'k1', secret: 'y'.repeat(32) }))
  expect(fingerprint).not.toContain(secret)
})
