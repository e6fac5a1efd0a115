import { expect, it } from 'vitest'
import type { PastIncident } from './incident.ts'
import { pastKey, pastPrefix } from './incident.ts'
import { forgetOldIncidents } from './list-incidents.ts'
import { memoryLedger } from '../ledger/memory-ledger.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { sweepTraces } from './sweep-traces.ts'
import { traceKey, tracePrefix } from './trace.ts'

const hour = { width: 3_600_000, keepMs: 0 }

async function keysOf(ledger: Ledger, prefix: string): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of ledger.list(prefix)) keys.push(key)
  return keys
}

it('old traces are forgotten, and the others are not', async () => {
  const ledger = memoryLedger()
  const keys = [1, 99, 100, 101].flatMap((number) =>
    Array.from({ length: 150 }, (_, index) => traceKey(`r${index}@icloud.com`, number * hour.width, hour)),
  )
  await ledger.write(keys.map((key) => ({ key, expected: 0, value: [] })))
  await sweepTraces(ledger, 100)
  expect(await keysOf(ledger, tracePrefix)).toEqual(keys.slice(300).toSorted())
})

it('the last 50 incidents are remembered', async () => {
  const ledger = memoryLedger()
  const ids = Array.from({ length: 60 }, (_, index) => `2026-01-01T00:00:${index + 10}-policy-hm08`)
  for (const id of ids)
    await ledger.write([{ key: pastKey(id), expected: 0, value: { id } satisfies Partial<PastIncident> }])
  await forgetOldIncidents(ledger)
  expect(await keysOf(ledger, pastPrefix)).toEqual(ids.slice(10).map(pastKey))
})
