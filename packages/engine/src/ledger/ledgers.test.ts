import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { hasRedisServer, RedisServer } from '@icloud-delivery/redis-for-tests'
import type { EventBounds } from './event-bounds.ts'
import { ledgerContract } from './ledger-contract.ts'
import type { Ledger } from './ledger.ts'
import { memoryLedger } from './memory-ledger.ts'
import { redisLedger } from './redis/redis-ledger.ts'
import { sqliteLedger } from './sqlite/sqlite-ledger.ts'

let directory = ''
let made = 0
let server: RedisServer | null = null

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'icloud-ledger-'))
  if (hasRedisServer()) server = await RedisServer.start()
})
afterAll(async () => {
  rmSync(directory, { recursive: true, force: true })
  await server?.stop()
})

const ledgers: { name: string; open: (bounds?: EventBounds) => Promise<Ledger>; canRun: boolean }[] = [
  { name: 'memory', open: async (bounds) => memoryLedger(bounds), canRun: true },
  {
    name: 'SQLite',
    open: (bounds) => sqliteLedger(join(directory, `${made++}.db`), bounds),
    canRun: true,
  },
  {
    name: 'Redis',
    open: (bounds) =>
      redisLedger({ url: server?.url ?? '', prefix: `test${made++}`, timeoutSeconds: 60, ...bounds }),
    canRun: hasRedisServer(),
  },
]

describe.each(ledgers)('the $name ledger', ({ open, canRun }) => {
  beforeEach(({ skip }) => skip(!canRun))

  it.each(ledgerContract)('$name', async ({ run }) => {
    const ledger = await open()
    try {
      await expect(run(ledger)).resolves.toBeUndefined()
    } finally {
      await ledger.close()
    }
  })

  it('keeps the newest events only', async () => {
    const ledger = await open({ maxEvents: 100 })
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
    const ledger = await open({ maxEvents: 100 })
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
    const ledger = await open({ maxEvents: 20_000 })
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

  it('forgets events that are too old by their own times, and nothing else', async () => {
    const ledger = await open({ maxEventAgeSeconds: 3600 })
    const minute = 60_000
    const now = Date.UTC(2026, 2, 1)
    const event = (at: number) => ({ at, type: 't', subject: 's', data: {} })
    await ledger.write([{ key: 'recipient/anna@icloud.com', expected: 0, value: 1 }], [event(now)])
    const kept = async (): Promise<number[]> =>
      (await ledger.events()).map(({ at }) => Math.round((at - now) / minute))
    const year = 365 * 24 * 60
    for (const minutes of [1, year, 30, 61, 122]) await ledger.write([], [event(now + minutes * minute)])
    // What a clock said that was a year ahead for a moment costs the others nothing.
    expect(await kept()).toEqual([122, 61, 30, year, 1, 0])
    await ledger.write([], [event(now + 150 * minute), event(now + 211 * minute)])
    expect(await kept()).toEqual([211, 150, 122])
    expect((await ledger.read(['recipient/anna@icloud.com']))[0]?.value).toBe(1)
    await ledger.close()
  })
})
