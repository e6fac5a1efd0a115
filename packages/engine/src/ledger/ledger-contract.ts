import assert from 'node:assert/strict'
import type { Count, Entry, Ledger } from './ledger.ts'

/** One thing that every ledger does. */
export interface ContractCase {
  name: string
  /** @param ledger new and empty; the caller closes it */
  run: (ledger: Ledger) => Promise<void>
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

async function put(ledger: Ledger, key: string, value: unknown): Promise<Entry> {
  const [before] = await ledger.read([key])
  assert.equal(await ledger.write([{ key, expected: before?.version ?? 0, value }]), true)
  const [after] = await ledger.read([key])
  assert.ok(after)
  return after
}

/** What each ledger has to pass. Framework-free: each case throws if the ledger does not do it. */
export const ledgerContract: readonly ContractCase[] = [
  {
    name: 'reads entries in the order of the keys, null where there is none, any number at once',
    run: async (ledger) => {
      await put(ledger, 'recipient/b', { n: 2 })
      await put(ledger, 'recipient/a', { n: 1 })
      const entries = await ledger.read(['recipient/a', 'recipient/none', 'recipient/b', 'recipient/a'])
      assert.deepEqual(
        entries.map((entry) => entry?.value ?? null),
        [{ n: 1 }, null, { n: 2 }, { n: 1 }],
      )
      assert.deepEqual(await ledger.read([]), [])
      const many = Array.from({ length: 1000 }, (_, index) => `recipient/${index}`)
      assert.equal((await ledger.read(many)).length, 1000)
    },
  },
  {
    name: 'gives at once, if at all, what a read would give',
    run: async (ledger) => {
      await put(ledger, 'recipient/b', { n: 2 })
      for (const key of ['recipient/b', 'recipient/none']) {
        const seen = ledger.peek?.(key)
        if (seen !== undefined) assert.deepEqual(seen, (await ledger.read([key]))[0])
      }
      const [before] = await ledger.read(['recipient/b'])
      await ledger.write([{ key: 'recipient/b', expected: before?.version ?? 0, value: null }])
      assert.equal(ledger.peek?.('recipient/b') ?? null, null)
    },
  },
  {
    name: 'keeps any JSON as it was, odd keys and text too',
    run: async (ledger) => {
      const value = {
        text: '\u0000\r\n"\u2028 \u{1F4E7}',
        list: [1.5, -0.25, null, true],
        __proto__x: {},
        deep: { a: [] },
      }
      for (const key of [
        "recipient/o'anna%_*@icloud.com",
        'recipient/änna@icloud.com',
        'recipient/__proto__',
      ]) {
        assert.deepEqual((await put(ledger, key, value)).value, value)
      }
    },
  },
  {
    name: 'is not changed by what the caller does to a value afterwards',
    run: async (ledger) => {
      const value = { list: [1] }
      await put(ledger, 'k', value)
      value.list.push(2)
      assert.deepEqual((await ledger.read(['k']))[0]?.value, { list: [1] })
    },
  },
  {
    name: 'has versions that grow and are never 0',
    run: async (ledger) => {
      const versions: number[] = []
      for (let n = 0; n < 5; n++) versions.push((await put(ledger, 'k', n)).version)
      assert.ok(versions.every((version, index) => version > (versions[index - 1] ?? 0)))
    },
  },
  {
    name: 'refuses a write whose expected version no longer holds, without its events',
    run: async (ledger) => {
      const event = { at: 1, type: 'lost', subject: 'k', data: {} }
      const { version } = await put(ledger, 'k', 1)
      assert.equal(await ledger.write([{ key: 'k', expected: 0, value: 2 }], [event]), false)
      assert.equal(await ledger.write([{ key: 'k', expected: version + 1, value: 2 }], [event]), false)
      assert.equal(await ledger.write([{ key: 'absent', expected: 3, value: 2 }], [event]), false)
      assert.deepEqual((await ledger.read(['k', 'absent']))[0]?.value, 1)
      assert.equal((await ledger.read(['absent']))[0], null)
      assert.deepEqual(await ledger.events(), [])
    },
  },
  {
    name: 'writes all changes of a call or none',
    run: async (ledger) => {
      const { version } = await put(ledger, 'a', 1)
      const stale = [
        { key: 'a', expected: version, value: 2 },
        { key: 'b', expected: 7, value: 2 },
      ]
      assert.equal(await ledger.write(stale), false)
      assert.deepEqual((await ledger.read(['a']))[0]?.value, 1)
      const fresh = [
        { key: 'a', expected: version, value: 2 },
        { key: 'b', expected: 0, value: 3 },
      ]
      assert.equal(await ledger.write(fresh), true)
      assert.deepEqual(
        (await ledger.read(['a', 'b'])).map((entry) => entry?.value),
        [2, 3],
      )
    },
  },
  {
    name: 'fails only the write that lost, of many at once',
    run: async (ledger) => {
      const { version } = await put(ledger, 'shared', 0)
      const results = await Promise.all(
        Array.from({ length: 600 }, (_, n) =>
          n % 2 === 0
            ? ledger.write([{ key: 'shared', expected: version, value: n }])
            : ledger.write([{ key: `own/${n}`, expected: 0, value: n }]),
        ),
      )
      assert.equal(results.filter((written, n) => n % 2 === 0 && written).length, 1)
      assert.ok(results.every((written, n) => n % 2 === 0 || written))
      assert.equal((await collect(ledger.list('own/'))).length, 300)
    },
  },
  {
    name: 'loses no update of many that compare and set one entry',
    run: async (ledger) => {
      async function increment(): Promise<void> {
        for (;;) {
          const [entry] = await ledger.read(['counter'])
          const value = ((entry?.value as number | undefined) ?? 0) + 1
          if (await ledger.write([{ key: 'counter', expected: entry?.version ?? 0, value }])) return
        }
      }
      await Promise.all(Array.from({ length: 50 }, increment))
      assert.equal((await ledger.read(['counter']))[0]?.value, 50)
    },
  },
  {
    name: 'deletes; what was deleted is absent, and can be written anew',
    run: async (ledger) => {
      const { version } = await put(ledger, 'k', 1)
      assert.equal(await ledger.write([{ key: 'k', expected: version, value: null }]), true)
      assert.deepEqual(await ledger.read(['k']), [null])
      assert.deepEqual(await collect(ledger.list('')), [])
      assert.equal(await ledger.write([{ key: 'k', expected: version, value: 2 }]), false)
      assert.equal(await ledger.write([{ key: 'k', expected: 0, value: 2 }]), true)
      assert.deepEqual((await ledger.read(['k']))[0]?.value, 2)
    },
  },
  {
    name: 'lists by prefix, in key order, also more than a page, also while entries change',
    run: async (ledger) => {
      const keys = Array.from({ length: 1203 }, (_, n) => `a/${String(n).padStart(5, '0')}`)
      await Promise.all(keys.toReversed().map((key) => ledger.write([{ key, expected: 0, value: 1 }])))
      await put(ledger, 'a', 0)
      await put(ledger, 'b/1', 0)
      const seen: string[] = []
      for await (const { key, value, version } of ledger.list('a/')) {
        assert.equal(value, 1)
        assert.ok(version > 0)
        if (seen.length === 10) await put(ledger, 'b/2', 0)
        seen.push(key)
      }
      assert.deepEqual(seen, keys)
      assert.deepEqual(await collect(ledger.list('none/')), [])
    },
  },
  {
    name: 'keeps events, newest first, by subject and type, up to a limit',
    run: async (ledger) => {
      for (let at = 1; at <= 5; at++) {
        const subject = at % 2 === 0 ? 'even' : 'odd'
        const event = { at, type: at < 3 ? 'early' : 'late', subject, data: { at } }
        assert.equal(await ledger.write([], [event]), true)
      }
      const all = await ledger.events()
      assert.deepEqual(
        all.map(({ at }) => at),
        [5, 4, 3, 2, 1],
      )
      assert.deepEqual(all[0], { id: all[0]?.id, at: 5, type: 'late', subject: 'odd', data: { at: 5 } })
      assert.ok(all.every(({ id }, index) => index === 0 || id < (all[index - 1]?.id ?? 0)))
      const at = async (query: Parameters<Ledger['events']>[0]): Promise<number[]> =>
        (await ledger.events(query)).map((event) => event.at)
      assert.deepEqual(await at({ subject: 'odd' }), [5, 3, 1])
      assert.deepEqual(await at({ type: 'late' }), [5, 4, 3])
      assert.deepEqual(await at({ subject: 'even', type: 'early' }), [2])
      assert.deepEqual(await at({ subject: 'odd', limit: 2 }), [5, 3])
      assert.deepEqual(await at({ before: all[1]?.id ?? 0 }), [3, 2, 1])
      assert.deepEqual(await at({ before: all[1]?.id ?? 0, limit: 2 }), [3, 2])
      assert.deepEqual(await at({ before: all[2]?.id ?? 0, subject: 'odd' }), [1])
      assert.deepEqual(await at({ before: all[4]?.id ?? 0 }), [])
    },
  },
  {
    name: 'adds counts up by group, also of many writers at once, and only with the write that they belong to',
    run: async (ledger) => {
      const count = (group: string, field: string, by = 1): Count => ({
        group,
        field,
        by,
        at: 1_000_000,
        keepMs: 60_000,
      })
      const both = [count('rate/1', 'attempts'), count('rate/1', 'refusals', 2), count('rate/2', 'attempts')]
      await Promise.all(Array.from({ length: 50 }, () => ledger.write([], [], both)))
      assert.deepEqual(await ledger.counts(['rate/2', 'rate/none', 'rate/1']), [
        { attempts: 50 },
        {},
        { attempts: 50, refusals: 100 },
      ])
      const lost = [{ key: 'absent', expected: 3, value: 1 }]
      assert.equal(await ledger.write(lost, [], both), false)
      assert.deepEqual(await ledger.counts(['rate/2']), [{ attempts: 50 }])
      assert.deepEqual(await ledger.counts([]), [])
    },
  },
  {
    name: 'finishes what was begun before it closes, and refuses what comes after',
    run: async (ledger) => {
      const writing = ledger.write([{ key: 'k', expected: 0, value: 1 }])
      const reading = Promise.all(Array.from({ length: 100 }, (_, n) => ledger.read([`none/${n}`])))
      await ledger.close()
      assert.equal(await writing, true)
      assert.ok((await reading).every(([entry]) => entry === null))
      const closed = { code: 'ELEDGERCLOSED' }
      await assert.rejects(ledger.read(['k']), closed)
      await assert.rejects(ledger.write([]), closed)
      await assert.rejects(collect(ledger.list('')), closed)
      await assert.rejects(ledger.events(), closed)
      await ledger.close()
    },
  },
]
