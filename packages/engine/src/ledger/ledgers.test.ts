import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ledgerContract } from './ledger-contract.ts'
import type { Ledger } from './ledger.ts'
import { memoryLedger } from './memory-ledger.ts'
import { sqliteLedger } from './sqlite/sqlite-ledger.ts'

let directory = ''
let files = 0

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'icloud-ledger-'))
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const ledgers: [string, (maxEvents?: number) => Promise<Ledger>][] = [
  ['memory', async (maxEvents) => memoryLedger(maxEvents === undefined ? {} : { maxEvents })],
  [
    'SQLite',
    (maxEvents) =>
      sqliteLedger(join(directory, `${files++}.db`), maxEvents === undefined ? {} : { maxEvents }),
  ],
]

describe.each(ledgers)('the %s ledger', (_, open) => {
  it.each(ledgerContract)('$name', async ({ run }) => {
    const ledger = await open()
    try {
      await expect(run(ledger)).resolves.toBeUndefined()
    } finally {
      await ledger.close()
    }
  })

  it('keeps the newest events only', async () => {
    const ledger = await open(100)
    for (let at = 0; at < 1000; at += 50) {
      const batch = Array.from({ length: 50 }, (__, n) => ({ at: at + n, type: 't', subject: 's', data: {} }))
      await ledger.write([], batch)
    }
    const events = await ledger.events({ limit: 1000 })
    expect(events[0]?.at).toBe(999)
    expect(events.length).toBeGreaterThanOrEqual(100)
    expect(events.length).toBeLessThan(700)
    await ledger.close()
  })

  it('forgets no count that is wanted because the clock was wrong for a while', async () => {
    const ledger = await open(100)
    const now = Date.UTC(2026, 2, 1)
    const count = (group: string, at: number) => ({ group, field: 'attempts', by: 1, at, keepMs: 3_600_000 })
    await ledger.write([], [], [count('rate/first', now)])
    await ledger.write([], [], [count('rate/ahead', now + 365 * 86_400_000)])
    for (let n = 0; n < 12; n++) {
      const batch = Array.from({ length: 600 }, () => ({ at: now, type: 't', subject: 's', data: {} }))
      await ledger.write(
        [],
        batch,
        [...Array(200).keys()].map((m) => count(`rate/${n}-${m}`, now)),
      )
    }
    const groups = ['rate/first', 'rate/0-0', 'rate/11-199']
    expect(await ledger.counts(groups)).toEqual(groups.map(() => ({ attempts: 1 })))
    await ledger.close()
  })

  it('looks through the whole log for the events of one subject', async () => {
    const ledger = await open(20_000)
    for (let n = 0; n < 10; n++) {
      const batch = Array.from({ length: 1000 }, (__, m) => ({
        at: n * 1000 + m,
        type: 't',
        subject: 's',
        data: {},
      }))
      await ledger.write([], [{ at: n, type: n < 5 ? 'a' : 'b', subject: 'rare', data: {} }, ...batch])
    }
    expect((await ledger.events({ subject: 'rare', type: 'a' })).map(({ at }) => at)).toEqual([4, 3, 2, 1, 0])
    expect((await ledger.events({ subject: 'rare', limit: 3 })).map(({ at }) => at)).toEqual([9, 8, 7])
    expect(await ledger.events({ subject: 'none' })).toEqual([])
    await ledger.close()
  })
})
