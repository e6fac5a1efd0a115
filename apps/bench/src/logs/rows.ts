import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Child } from '../child.ts'
import { interleave } from '../interleave.ts'
import type { Measurement } from '../measurement.ts'
import { rowOf, type RowSpec } from '../row.ts'
import { costs, rates } from '../sample.ts'
import type { LogResult, LogRun } from './log-process.ts'
import { writeLog } from './write-log.ts'

const [search, searchRss] = specs('search', 'readLog, nothing recorded', "Node's readline", 300, 150)
const [record, recordRss] = specs(
  'record',
  'ingestLog into a SQLite ledger',
  'readLog that records nothing',
  20,
  // That of the engine, and mostly room that V8 gives itself for garbage.
  null,
)

function specs(
  name: string,
  ours: string,
  against: string,
  least: number,
  most: number | null,
): [RowSpec, RowSpec] {
  const about = `a log of 1 GB, 1 % of it Apple's: ${ours}`
  return [
    {
      name: `logs/${name}`,
      unit: 'MB/s',
      about: `${about}; against ${against}`,
      target: { figure: 'ours', bound: '>=', value: least },
    },
    {
      name: `logs/${name}-rss`,
      unit: 'MB of memory',
      about: `the most memory of that process; against ${against}`,
      target: most === null ? null : { figure: 'ours', bound: '<=', value: most },
    },
  ]
}

/** The rows about reading logs. */
export const logMeasurements: readonly Measurement[] = [
  measured([search, searchRss], { ours: 'search', baseline: 'readline' }, 5),
  measured([record, recordRss], { ours: 'record', baseline: 'join' }, 3),
]

function measured(
  [speed, memory]: [RowSpec, RowSpec],
  sides: Record<'ours' | 'baseline', LogRun['how']>,
  standardRuns: number,
): Measurement {
  return {
    rows: [speed, memory],
    async measure(plan) {
      const folder = await mkdtemp(path.join(tmpdir(), 'icloud-bench-log-'))
      try {
        const file = path.join(folder, 'mail.log')
        const size = plan.size(1e9, 5e7)
        await writeLog(file, size)
        let ledgers = 0
        // Memory is that of one run: each has a process of its own.
        const run = (how: LogRun['how']) => async (): Promise<LogResult> => {
          const child = Child.start<LogRun, LogResult>(new URL('log-process.js', import.meta.url))
          try {
            const ledger = path.join(folder, `${ledgers++}.db`)
            const result = await child.ask({ file, how, ledger }, 600_000)
            // Six lines of about 115 bytes a message, one message in 17.
            if (result.found < size / 15_000) throw new Error(`${how} found ${result.found} replies only`)
            return result
          } finally {
            await child.stop()
          }
        }
        const pairs = await interleave(plan, speed.name, standardRuns, {
          ours: run(sides.ours),
          baseline: run(sides.baseline),
        })
        return [
          rowOf(
            speed,
            pairs.map(({ ours, baseline }) => rates(ours.megabytesPerSecond, baseline.megabytesPerSecond)),
          ),
          rowOf(
            memory,
            pairs.map(({ ours, baseline }) => costs(ours.megabytes, baseline.megabytes)),
          ),
        ]
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    },
  }
}
