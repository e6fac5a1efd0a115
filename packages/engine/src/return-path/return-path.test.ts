import { describe, expect, it } from 'vitest'
import { day, k1, k2, sign, start, verify } from './keys.test.fixture.ts'
import { signReturnPath } from './sign-return-path.ts'
import { verifyReturnPath } from './verify-return-path.ts'

it('signs for one recipient and one message, and knows it again', () => {
  const { address, ...path } = sign()
  expect(address).toMatch(/^bounce\+[a-z2-7]{56}@mail\.example\.com$/)
  expect(path).toEqual({
    id: path.recipientToken + path.messageToken,
    recipientToken: expect.stringMatching(/^[a-z2-7]{16}$/),
    messageToken: expect.stringMatching(/^[a-z2-7]{16}$/),
    keyId: 'k1',
    expiresAt: start + 14 * day,
  })
  expect(verify(address)).toEqual({ valid: true, ...path })
  expect(verify(`<${address}>`)).toEqual({ valid: true, ...path })
  expect(verify(address.toUpperCase())).toEqual({ valid: true, ...path })
})

it('stays what it is in later versions, as mail is on its way', () => {
  expect(sign().address).toMatchInlineSnapshot(
    `"bounce+mf2ao7xa4ti777l7g2ixdijagqdyi77kkmqhujxw35hsnc5kfge3o7m2@mail.example.com"`,
  )
})

it('is another one for another recipient, message or key; case and brackets make no difference', () => {
  const { id, recipientToken, messageToken } = sign()
  expect(sign({ recipient: '<Anna@iCloud.com>', messageId: '1@example.com' }).id).toBe(id)
  expect(sign({ recipient: 'bert@icloud.com' })).toMatchObject({ messageToken })
  expect(sign({ recipient: 'bert@icloud.com' }).recipientToken).not.toBe(recipientToken)
  expect(sign({ messageId: '<2@example.com>' })).toMatchObject({ recipientToken })
  expect(sign({ messageId: '<2@example.com>' }).messageToken).not.toBe(messageToken)
  expect(sign({ keys: [{ id: 'k1', secret: '3'.repeat(32) }] }).recipientToken).not.toBe(recipientToken)
})

describe('what is not taken', () => {
  const { address } = sign()
  it.each([
    ['nothing', '', 'not-signed'],
    ['an address without signature', 'bounce@mail.example.com', 'not-signed'],
    ['another domain', address.replace('mail.', 'mail2.'), 'not-signed'],
    ['another prefix', address.replace('bounce+', 'return+'), 'not-signed'],
    ['a domain behind it', `${address}.example.org`, 'not-signed'],
    ['a letter that folds to ASCII', address.replace('bounce', 'bounce\u212a'), 'not-signed'],
    ['a text without end', 'a'.repeat(1_000_000), 'not-signed'],
    ['a signature made up', `${address.slice(0, 62)}a@mail.example.com`, 'forged'],
  ])('%s', (_, text, reason) => {
    expect(verify(text)).toEqual({ valid: false, reason, message: expect.any(String) })
  })

  it('no text at all', () => {
    expect(verify(null as never)).toMatchObject({ reason: 'not-signed' })
  })

  it('what was signed for another domain or prefix, though the form is right', () => {
    const elsewhere = sign({ domain: 'mail.example.org' }).address.replace('.org', '.com')
    expect(verify(elsewhere)).toMatchObject({ reason: 'forged' })
    expect(verify(sign({ prefix: 'return+' }).address.replace('return', 'bounce'))).toMatchObject({
      reason: 'forged',
    })
  })

  it('parts of two genuine ones put together', () => {
    const other = sign({ recipient: 'bert@icloud.com', messageId: '<2@example.com>' }).address
    for (let cut = 8; cut < 63; cut++)
      expect(verify(address.slice(0, cut) + other.slice(cut)).valid).toBe(
        address.slice(0, cut) === other.slice(0, cut) || address.slice(cut) === other.slice(cut),
      )
  })
})

it('expires at a full hour, not before', () => {
  const clock = (): number => start + 1
  const { address, expiresAt } = sign({ clock, expiresInSeconds: 3600 })
  expect(expiresAt).toBe(start + 7_200_000)
  expect(verify(address, { clock: () => expiresAt - 1 }).valid).toBe(true)
  expect(verify(address, { clock: () => expiresAt })).toMatchObject({ reason: 'expired' })
  // What was made up is no more than that, however late it comes.
  const forged = `${address.slice(0, 62)}${address[62] === 'a' ? 'b' : 'a'}${address.slice(63)}`
  expect(verify(forged, { clock: () => expiresAt })).toMatchObject({ reason: 'forged' })
})

it('goes on with older keys until they are dropped', () => {
  const { address } = sign()
  expect(verify(address, { keys: [k2, k1] })).toMatchObject({ valid: true, keyId: 'k1' })
  expect(verify(sign({ keys: [k2, k1] }).address, { keys: [k1, k2] })).toMatchObject({ keyId: 'k2' })
  expect(verify(address, { keys: [k2] })).toMatchObject({ reason: 'other-key' })
  expect(verify(address, { keys: [{ id: 'k1', secret: '3'.repeat(32) }] })).toMatchObject({
    reason: 'forged',
  })
})

it('tries all keys whose ids look alike in a return path', () => {
  // 15 bits tell ids apart: these two share them.
  const [one, two] = alike()
  const keys = [
    { id: one, secret: '1'.repeat(32) },
    { id: two, secret: '2'.repeat(32) },
  ]
  for (const key of keys)
    expect(verify(sign({ keys: [key] }).address, { keys })).toMatchObject({ valid: true, keyId: key.id })
})

it('may stand alone in a domain of its own', () => {
  const { address } = sign({ prefix: '', domain: 'Bounces.Example.COM' })
  expect(address).toMatch(/^[a-z2-7]{56}@bounces\.example\.com$/)
  expect(verify(address, { prefix: '', domain: 'bounces.example.com' }).valid).toBe(true)
})

it.each([
  ['recipient', { recipient: 'nobody' }],
  ['messageId', { messageId: ' ' }],
  ['domain', { domain: 'exämple.com' }],
  ['domain', { domain: 'a..example.com' }],
  ['domain', { domain: `${'a.'.repeat(95)}com` }],
  ['prefix', { prefix: 'bounces-+' }],
  ['prefix', { prefix: 'Bounce+' }],
  ['prefix', { prefix: '+' }],
  ['prefix', { prefix: 'a.b' }],
  ['keys', { keys: [] }],
  ['keys[0].secret', { keys: [{ id: 'k1', secret: 'hunter2' }] }],
  ['clock', { clock: () => Number.NaN }],
  ['clock', { clock: () => Date.UTC(9999, 0) }],
  ['clock', { clock: 1 as never }],
  ['expiresInSeconds', { expiresInSeconds: 3599 }],
  ['expiresInSeconds', { expiresInSeconds: 31_622_401 }],
  ['"expires"', { expires: 1 }],
])('says what is wrong with %s', (what, about: object) => {
  expect(() => sign(about)).toThrow(expect.objectContaining({ code: 'EARGUMENT' }))
  expect(() => sign(about)).toThrow(what)
  expect(() => sign(about)).toThrow(/^(?!.*hunter2)/)
})

it('says what is wrong with the options', () => {
  expect(() => signReturnPath(null as never)).toThrow('signReturnPath: the options must be an object')
  expect(() => verifyReturnPath('', null as never)).toThrow('verifyReturnPath: the options must be')
  expect(() => verify('', { domain: '' })).toThrow('verifyReturnPath: domain must be')
})

function alike(): [string, string] {
  const seen = new Map<string, string>()
  for (let n = 0; ; n++) {
    const id = `k${n}`
    const tag = sign({ keys: [{ id, secret: '1'.repeat(32) }] }).address.slice(7, 10)
    const before = seen.get(tag)
    if (before !== undefined) return [before, id]
    seen.set(tag, id)
  }
}
