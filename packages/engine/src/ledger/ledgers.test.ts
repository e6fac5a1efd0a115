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
})
