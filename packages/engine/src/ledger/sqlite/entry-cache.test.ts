import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { EntryCache } from './entry-cache.ts'
import type { Ledger } from '../ledger.ts'
import { sqliteLedger } from './sqlite-ledger.ts'

const entry = (key: string): { key: string; version: number; value: object } => ({
  key,
  version: 1,
  value: {},
})

describe('what is known of the entries', () => {
  it('is also that some are absent', () => {
    const cache = new EntryCache()
    expect(cache.get('a')).toBeUndefined()
    cache.set('a', null)
    cache.set('b', entry('b'))
    expect([cache.get('a'), cache.get('b')]).toEqual([null, entry('b')])
  })

  it('is bounded, and what is used stays', () => {
    const cache = new EntryCache()
    cache.set('used', entry('used'))
    for (let index = 0; index < 20_000; index++) {
      cache.set(`other ${index}`, null)
      if (index % 1000 === 0) cache.get('used')
    }
    expect(cache.get('used')).toEqual(entry('used'))
    expect(cache.get('other 0')).toBeUndefined()
    cache.forget('used')
    expect(cache.get('used')).toBeUndefined()
  })

  it('is nothing once others wrote', () => {
    const cache = new EntryCache()
    cache.renew(1)
    cache.set('a', null)
    cache.renew(1)
    expect(cache.get('a')).toBeNull()
    cache.renew(2)
    expect(cache.get('a')).toBeUndefined()
  })
})

describe('a ledger that knows its entries', () => {
  const put = async (ledger: Ledger, key: string, expected: number, value: unknown): Promise<void> => {
    expect(await ledger.write([{ key, expected, value }])).toBe(true)
  }
  const valueOf = async (ledger: Ledger, key: string): Promise<unknown> =>
    (await ledger.read([key]))[0]?.value

  async function open(): Promise<{ file: string; ledgers: [Ledger, Ledger] }> {
    const directory = mkdtempSync(join(tmpdir(), 'icloud-cache-'))
    const file = join(directory, 'icloud.db')
    const ledgers: [Ledger, Ledger] = [await sqliteLedger(file), await sqliteLedger(file)]
    onTestFinished(async () => {
      for (const ledger of ledgers) await ledger.close()
      rmSync(directory, { recursive: true, force: true })
    })
    return { file, ledgers }
  }

  it('sees what it wrote itself, and what it deleted', async () => {
    const { ledgers } = await open()
    const [ledger] = ledgers
    expect(await valueOf(ledger, 'k')).toBeUndefined()
    await put(ledger, 'k', 0, { n: 1 })
    expect(await valueOf(ledger, 'k')).toEqual({ n: 1 })
    await put(ledger, 'k', 1, { n: 2 })
    expect(await valueOf(ledger, 'k')).toEqual({ n: 2 })
    await put(ledger, 'k', 2, null)
    expect(await valueOf(ledger, 'k')).toBeUndefined()
  })

  it('sees what another connection wrote, with the first read after it', async () => {
    const { ledgers } = await open()
    const [one, other] = ledgers
    for (let n = 0; n < 20; n++) {
      const [seen] = await one.read(['k', 'absent'])
      await put(other, 'k', seen?.version ?? 0, { n })
      expect(await valueOf(one, 'k')).toEqual({ n })
    }
    await put(other, 'absent', 0, true)
    expect(await valueOf(one, 'absent')).toBe(true)
  })

  it('sees it without a promise too, and leaves it to a read once it is closed', async () => {
    const { ledgers } = await open()
    const [one, other] = ledgers
    expect(one.peek?.('k')).toBeNull()
    for (let n = 0; n < 3; n++) {
      await put(other, 'k', n, { n })
      expect(one.peek?.('k')?.value).toEqual({ n })
    }
    await one.close()
    expect(one.peek?.('k')).toBeUndefined()
  })

  it('gives the entries of one moment, whether it knows them or not', async () => {
    const { ledgers } = await open()
    const [one, other] = ledgers
    await put(other, 'a', 0, 1)
    await one.read(['a'])
    await other.write([
      { key: 'a', expected: 1, value: 2 },
      { key: 'b', expected: 0, value: 2 },
    ])
    expect((await one.read(['a', 'b'])).map((found) => found?.value)).toEqual([2, 2])
  })

  it('reads anew after a write that somebody else forestalled', async () => {
    const { ledgers } = await open()
    const [one, other] = ledgers
    await one.read(['k'])
    await put(other, 'k', 0, 1)
    expect(await one.write([{ key: 'k', expected: 0, value: 2 }])).toBe(false)
    expect(await valueOf(one, 'k')).toBe(1)
  })

  it('gives the same entry again, as nobody changes it', async () => {
    const { ledgers } = await open()
    const [ledger] = ledgers
    await put(ledger, 'k', 0, { n: 1 })
    await ledger.read(['k'])
    const [first] = await ledger.read(['k'])
    expect((await ledger.read(['k']))[0]).toBe(first)
  })
})
