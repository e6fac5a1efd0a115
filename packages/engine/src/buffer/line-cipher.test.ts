import { expect, it } from 'vitest'
import { LineCipher } from './line-cipher.ts'

const value = { at: 1, request: { recipient: 'grüße@icloud.com' } }
const old = { id: 'old', secret: 'x'.repeat(32) }
const now = { id: 'now', secret: new Uint8Array(32).fill(7) }

it('keeps a value so that only who has the key can read it, also an older one', () => {
  const sealed = new LineCipher([old]).seal(value)
  expect(JSON.stringify(sealed)).not.toContain('icloud')
  expect(new LineCipher([now, old]).open(sealed)).toEqual(value)
  expect(new LineCipher([now]).open(sealed)).toBeUndefined()
  expect(new LineCipher([{ ...now, id: 'old' }]).open(sealed)).toBeUndefined()
})

it('knows what was changed, and leaves what never was sealed', () => {
  const cipher = new LineCipher([now])
  const { key, sealed } = cipher.seal(value)
  const bytes = Buffer.from(sealed, 'base64')
  bytes[30] = (bytes[30] ?? 0) ^ 1
  expect(cipher.open({ key, sealed: bytes.toString('base64') })).toBeUndefined()
  expect(cipher.open({ key, sealed: '' })).toBeUndefined()
  expect(cipher.open(value)).toEqual(value)
  expect(cipher.open(undefined)).toBeUndefined()
})
