import { describe, expect, it } from 'vitest'
import { memoryLedger } from '../ledger/memory-ledger.ts'
import { ledgerContract } from '../ledger/ledger-contract.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { AddressKey } from './address-key.ts'
import { AddressNames } from './address-names.ts'
import { AgreedLedger } from './agreed-ledger.ts'
import { HashedLedger } from './hashed-ledger.ts'
import { fingerprintOf } from './key-agreement.ts'

const k1: AddressKey = { id: 'k1', secret: '1'.repeat(32) }
const k2: AddressKey = { id: 'k2', secret: '2'.repeat(32) }
const refused = { code: 'EADDRESSKEYS' }

function hashed(
  inner: Ledger,
  ...keys: [AddressKey, ...AddressKey[]]
): { ledger: Ledger; names: AddressNames } {
  const names = new AddressNames(keys)
  return { ledger: new HashedLedger(inner, names, keys.map(fingerprintOf)), names }
}

describe('a ledger that was agreed on', () => {
  it.each(ledgerContract)('$name', async ({ run }) => {
    for (const ledger of [hashed(memoryLedger(), k1).ledger, new AgreedLedger(memoryLedger())]) {
      await expect(run(ledger)).resolves.toBeUndefined()
      await ledger.close()
    }
  })

  it('holds no address in entries or events, and finds them again', async () => {
    const inner = memoryLedger()
    const { ledger, names } = hashed(inner, k1)
    const anna = names.of('anna@icloud.com')
    const reply = '550 5.1.1 <anna@icloud.com>: user does not exist'
    await ledger.write(
      [{ key: `recipient/${anna}`, expected: 0, value: { suppressions: [{ recipient: anna, reply }] } }],
      [
        {
          at: 1,
          type: 'suppress',
          subject: 'anna@icloud.com',
          data: { reply, messageId: '<1@example.com>' },
        },
      ],
    )
    for await (const entry of inner.list('')) expect(JSON.stringify(entry)).not.toContain('icloud.com')
    expect(JSON.stringify(await inner.events())).not.toContain('icloud.com')
    expect((await ledger.read([`recipient/${anna}`]))[0]?.value).toEqual({
      suppressions: [{ recipient: anna, reply: '550 5.1.1 <[address]>: user does not exist' }],
    })
    expect(await ledger.events({ subject: anna })).toMatchObject([{ data: { messageId: '<1@example.com>' } }])
  })

  it('moves an entry to the key in use when it is written next, once', async () => {
    const inner = memoryLedger()
    const before = hashed(inner, k1)
    const old = `recipient/${before.names.of('anna@icloud.com')}`
    await before.ledger.write(
      [{ key: old, expected: 0, value: 1 }],
      [{ at: 1, type: 't', subject: 'anna@icloud.com', data: {} }],
    )

    const { ledger, names } = hashed(inner, k2, k1)
    const name = names.of('anna@icloud.com')
    const key = `recipient/${name}`
    const [first] = await ledger.read([key])
    const [second] = await ledger.read([key])
    expect(first?.value).toBe(1)
    expect(await ledger.events({ subject: name })).toHaveLength(1)
    expect(await ledger.write([{ key, expected: first?.version ?? 0, value: 2 }])).toBe(true)
    expect(await ledger.write([{ key, expected: second?.version ?? 0, value: 3 }])).toBe(false)
    expect((await ledger.read([key]))[0]).toMatchObject({ value: 2 })
    expect(await inner.read([old])).toEqual([null])
    await expect(before.ledger.read([old])).rejects.toMatchObject(refused)
  })

  it('deletes what is found under an older key', async () => {
    const inner = memoryLedger()
    const before = hashed(inner, k1)
    const old = `recipient/${before.names.of('anna@icloud.com')}`
    await before.ledger.write([{ key: old, expected: 0, value: 1 }])
    const { ledger, names } = hashed(inner, k2, k1)
    const key = `recipient/${names.of('anna@icloud.com')}`
    const [entry] = await ledger.read([key])
    expect(await ledger.write([{ key, expected: entry?.version ?? 0, value: null }])).toBe(true)
    expect(await ledger.read([key])).toEqual([null])
    expect(await inner.read([old, key])).toEqual([null, null])
  })

  it('is shared only by who hashes alike', async () => {
    const inner = memoryLedger()
    await hashed(inner, k1).ledger.read(['a'])
    await expect(hashed(inner, k2).ledger.read(['a'])).rejects.toMatchObject(refused)
    await expect(hashed(inner, k2).ledger.write([])).rejects.toMatchObject(refused)
    await expect(hashed(inner, { ...k1, secret: '3'.repeat(32) }).ledger.read(['a'])).rejects.toMatchObject(
      refused,
    )
    await expect(new AgreedLedger(inner).read(['a'])).rejects.toMatchObject(refused)
    await expect(hashed(inner, k1).ledger.read(['a'])).resolves.toEqual([null])
  })

  it('does not become one while plain addresses are in it, or who writes them has used it', async () => {
    const used = memoryLedger()
    await used.write([{ key: 'recipient/anna@icloud.com', expected: 0, value: 1 }])
    await expect(hashed(used, k1).ledger.read([])).rejects.toMatchObject(refused)
    const agreed = memoryLedger()
    await new AgreedLedger(agreed).read([])
    await expect(hashed(agreed, k1).ledger.read([])).rejects.toMatchObject(refused)
  })
})
