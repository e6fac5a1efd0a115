import { interleave } from '../interleave.ts'
import type { Measurement } from '../measurement.ts'
import { rowOf, type RowSpec } from '../row.ts'
import { costs, rates } from '../sample.ts'
import { seededFile, writesTo } from './seeded-file.ts'
import { measureSides, startSide } from './sides.ts'
import { fewAddresses } from './task.ts'

const standardRuns = 5
const pairUnit = 'admit+record/s'
const pairCost = 'us an admit+record'
const million = 1_000_000

const atMillion: Record<'rate' | 'loop' | 'lone' | 'processes', RowSpec> = {
  rate: {
    name: 'ledger/sqlite-1m',
    unit: pairUnit,
    about: '200 callers, 1 M known addresses in SQLite; against 10,000',
    target: { figure: 'ours', bound: '>=', value: 30_000 },
  },
  loop: {
    name: 'ledger/sqlite-1m-loop',
    unit: 'ms delay of the event loop, p99.9',
    about: 'the event loop meanwhile; against 10,000 addresses',
    target: { figure: 'ours', bound: '<=', value: 20 },
  },
  lone: {
    name: 'ledger/sqlite-lone',
    unit: pairCost,
    about: 'one caller, 1 M known addresses in SQLite; against the memory ledger with 10,000',
    target: { figure: 'ours', bound: '<=', value: 150 },
  },
  processes: {
    name: 'ledger/sqlite-4-processes',
    unit: pairUnit,
    about: 'four processes on one file with 1 M known addresses, nothing lost; against one of them',
    target: { figure: 'ours', bound: '>=', value: 25_000 },
  },
}

const atTenMillion: Record<'cost' | 'rss', RowSpec> = {
  cost: {
    name: 'ledger/sqlite-10m',
    unit: pairCost,
    about: '200 callers, 10 M known addresses in SQLite; against 100,000',
    target: { figure: 'ratio', bound: '>=', value: 0.8 },
  },
  rss: {
    name: 'ledger/sqlite-10m-rss',
    unit: 'MB of memory',
    about: 'the process meanwhile; against 100,000 addresses',
    target: { figure: 'ours', bound: '<=', value: 300 },
  },
}

/** The rows about many addresses in an SQLite file. */
export const sqliteMeasurements: readonly Measurement[] = [
  {
    rows: [atMillion.rate, atMillion.loop],
    async measure(plan) {
      const known = plan.size(million, 20_000)
      const pairs = await measureSides(
        plan,
        atMillion.rate.name,
        standardRuns,
        [{ ledger: 'sqlite', callers: 200, known, file: await seededFile(known) }, 60_000],
        [
          { ledger: 'sqlite', callers: 200, known: fewAddresses, file: await seededFile(fewAddresses) },
          60_000,
        ],
      )
      return [
        rowOf(
          atMillion.rate,
          pairs.map(({ ours, baseline }) => rates(ours.rate, baseline.rate)),
        ),
        rowOf(
          atMillion.loop,
          pairs.map(({ ours, baseline }) => costs(ours.loopDelay, baseline.loopDelay)),
        ),
      ]
    },
  },
  {
    rows: [atMillion.lone],
    async measure(plan) {
      const known = plan.size(million, 20_000)
      const pairs = await measureSides(
        plan,
        atMillion.lone.name,
        standardRuns,
        [{ ledger: 'sqlite', callers: 1, known, file: await seededFile(known) }, 5000],
        [{ ledger: 'memory', callers: 1, known: fewAddresses }, 20_000],
      )
      return [
        rowOf(
          atMillion.lone,
          pairs.map(({ ours, baseline }) => costs(1e6 / ours.rate, 1e6 / baseline.rate)),
        ),
      ]
    },
  },
  {
    rows: [atMillion.processes],
    async measure(plan) {
      const known = plan.size(million, 20_000)
      const file = await seededFile(known)
      const each = plan.size(20_000, 1000)
      const children = Array.from({ length: 4 }, (_, seed) =>
        startSide({ ledger: 'sqlite', callers: 50, known, file, seed }),
      )
      const run = async (count: number): Promise<number> => {
        const figures = await Promise.all(children.slice(0, count).map((child) => child.ask({ pairs: each })))
        return figures.reduce((sum, { rate }) => sum + rate, 0)
      }
      try {
        // The first run of a process warms up, and that counts as writes too.
        await run(4)
        const before = writesTo(file)
        const samples = await interleave(plan, atMillion.processes.name, standardRuns, {
          ours: () => run(4),
          baseline: () => run(1),
        })
        const lost = samples.length * 5 * each - (writesTo(file) - before)
        if (lost > 0) throw new Error(`${lost} outcomes were lost`)
        return [
          rowOf(
            atMillion.processes,
            samples.map(({ ours, baseline }) => rates(ours, baseline)),
          ),
        ]
      } finally {
        await Promise.all(children.map((child) => child.stop()))
      }
    },
  },
  {
    rows: [atTenMillion.cost, atTenMillion.rss],
    async measure(plan) {
      const many = plan.size(10 * million, 50_000)
      const few = plan.size(100_000, 10_000)
      const pairs = await measureSides(
        plan,
        atTenMillion.cost.name,
        standardRuns,
        [{ ledger: 'sqlite', callers: 200, known: many, file: await seededFile(many) }, 60_000],
        [{ ledger: 'sqlite', callers: 200, known: few, file: await seededFile(few) }, 60_000],
      )
      return [
        rowOf(
          atTenMillion.cost,
          pairs.map(({ ours, baseline }) => costs(1e6 / ours.rate, 1e6 / baseline.rate)),
        ),
        rowOf(
          atTenMillion.rss,
          pairs.map(({ ours, baseline }) => costs(ours.rss, baseline.rss)),
        ),
      ]
    },
  },
]
