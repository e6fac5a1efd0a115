import { Child } from '../child.ts'
import { interleave, type Pair } from '../interleave.ts'
import type { Measurement } from '../measurement.ts'
import { rowOf, type RowSpec } from '../row.ts'
import { costs, rates, type Sample } from '../sample.ts'
import type { LedgerRun, LedgerTask } from './task.ts'

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
    [{ ledger: 'memory', callers: 200 }, 40_000],
    [{ ledger: 'map', callers: 200 }, 400_000],
    ({ ours, baseline }) => rates(ours, baseline),
  ),
  compare(
    {
      name: 'ledger/sqlite',
      unit: pairUnit,
      about: '200 callers, SQLite ledger; against the memory ledger',
      target: null,
    },
    [{ ledger: 'sqlite', callers: 200 }, 20_000],
    [{ ledger: 'memory', callers: 200 }, 40_000],
    ({ ours, baseline }) => rates(ours, baseline),
  ),
  compare(
    {
      name: 'ledger/sqlite-alone',
      unit: 'us an admit+record',
      about: 'one caller, SQLite ledger; against the memory ledger',
      target: null,
    },
    [{ ledger: 'sqlite', callers: 1 }, 5000],
    [{ ledger: 'memory', callers: 1 }, 20_000],
    ({ ours, baseline }) => costs(1e6 / ours, 1e6 / baseline),
  ),
]

type Side = readonly [task: LedgerTask, pairs: number]

function compare(
  row: RowSpec,
  ours: Side,
  baseline: Side,
  sample: (pair: Pair<number>) => Sample,
): Measurement {
  return {
    rows: [row],
    async measure(plan) {
      const us = startSide(ours)
      const them = startSide(baseline)
      try {
        const pairs = await interleave(plan, row.name, standardRuns, {
          ours: () => us.ask({ pairs: plan.size(ours[1], 1000) }),
          baseline: () => them.ask({ pairs: plan.size(baseline[1], 1000) }),
        })
        return [rowOf(row, pairs.map(sample))]
      } finally {
        await Promise.all([us.stop(), them.stop()])
      }
    },
  }
}

function startSide([task]: Side): Child<LedgerRun, number> {
  return Child.start(new URL('ledger-process.js', import.meta.url), [JSON.stringify(task)])
}
