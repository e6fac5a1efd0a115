import type { Measurement } from '../measurement.ts'
import { rowOf, type RowSpec } from '../row.ts'
import { rates } from '../sample.ts'
import { redisMeasurements } from './redis-rows.ts'
import { measureSides, type Side } from './sides.ts'
import { sqliteMeasurements } from './sqlite-rows.ts'
import { fewAddresses } from './task.ts'

const standardRuns = 7
const pairUnit = 'admit+record/s'

/** The rows about the engine and its ledgers. */
export const ledgerMeasurements: readonly Measurement[] = [
  compare(
    {
      name: 'ledger/memory',
      unit: pairUnit,
      about: '200 callers, memory ledger; against a bare Map',
      target: null,
    },
    [{ ledger: 'memory', callers: 200, known: fewAddresses }, 40_000],
    [{ ledger: 'map', callers: 200, known: fewAddresses }, 400_000],
  ),
  compare(
    {
      name: 'ledger/sqlite',
      unit: pairUnit,
      about: '200 callers, SQLite ledger; against the memory ledger',
      target: null,
    },
    [{ ledger: 'sqlite', callers: 200, known: fewAddresses }, 20_000],
    [{ ledger: 'memory', callers: 200, known: fewAddresses }, 40_000],
  ),
  ...sqliteMeasurements,
  ...redisMeasurements,
]

function compare(row: RowSpec, ours: Side, baseline: Side): Measurement {
  return {
    rows: [row],
    async measure(plan) {
      const pairs = await measureSides(plan, row.name, standardRuns, ours, baseline)
      return [
        rowOf(
          row,
          pairs.map((pair) => rates(pair.ours.rate, pair.baseline.rate)),
        ),
      ]
    },
  }
}
