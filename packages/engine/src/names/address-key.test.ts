import { expect, it } from 'vitest'
import { checkAddressKeys } from './address-key.ts'

const secret = 'a secret that is long enough for it'

it('takes one key, and older ones', () => {
  expect(() => checkAddressKeys([{ id: 'k1', secret }])).not.toThrow()
  expect(() =>
    checkAddressKeys([
      { id: 'k2', secret: new Uint8Array(32) },
      { id: 'k1', secret },
    ]),
  ).not.toThrow()
})

it.each([
  ['no list', { id: 'k1', secret }, 'addressKeys must be a list'],
  ['an empty list', [], 'addressKeys must be a list'],
  ['an id for show', [{ id: 'My Key', secret }], 'addressKeys[0].id'],
  [
    'an id twice',
    [
      { id: 'k1', secret },
      { id: 'k1', secret },
    ],
    'addressKeys[1].id',
  ],
  ['a short secret', [{ id: 'k1', secret: 'hunter2' }], 'found 7 bytes'],
  ['no secret', [{ id: 'k1' }], 'addressKeys[0].secret'],
  ['nothing', [null], 'addressKeys[0].id'],
])('refuses %s', (_, keys, words) => {
  expect(() => checkAddressKeys(keys)).toThrow(expect.objectContaining({ code: 'EARGUMENT' }))
  expect(() => checkAddressKeys(keys)).toThrow(words)
})

it('keeps a secret out of its messages', () => {
  expect(() => checkAddressKeys([{ id: 'k1', secret: 'hunter2' }])).toThrow(/^(?!.*hunter2)/)
})
