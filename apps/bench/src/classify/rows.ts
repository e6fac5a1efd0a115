import { Child } from '../child.ts'
import { interleave } from '../interleave.ts'
import type { Measurement } from '../measurement.ts'
import { rowOf, type RowSpec, type Target } from '../row.ts'
import { rates } from '../sample.ts'
import { batch, type ClassifyRun, type ClassifyTask } from './task.ts'

const standardRuns = 7
const unit = 'replies/s of one core'
const real = { classifier: 'ours', replies: 'mixed', table: 'real' } as const
const naive = { ...real, classifier: 'naive', known: 'nothing' } as const

function atLeast(value: number): Target {
  return { figure: 'ours', bound: '>=', value }
}

/** The rows about `classify`: how many replies it judges, and what a larger table costs. */
export const classifyMeasurements: readonly Measurement[] = [
  compare(
    {
      name: 'classify/host',
      unit,
      about: 'the host that answered is known; against a list of patterns',
      target: atLeast(2_000_000),
    },
    { ...real, known: 'host' },
    naive,
  ),
  compare(
    {
      name: 'classify/recipient',
      unit,
      about: 'the recipient is known; against a list of patterns',
      target: atLeast(2_000_000),
    },
    { ...real, known: 'recipient' },
    naive,
  ),
  compare(
    {
      name: 'classify/neither',
      unit,
      about: 'the text alone is known; against a list of patterns',
      target: atLeast(1_000_000),
    },
    { ...real, known: 'nothing' },
    naive,
  ),
  compare(
    {
      name: 'classify/apple',
      unit,
      about: 'Apple’s replies only, the host is known; against a list of patterns',
      target: null,
    },
    { ...real, known: 'host', replies: 'apple' },
    { ...naive, replies: 'apple' },
  ),
  compare(
    {
      name: 'classify/double-table',
      unit,
      about: 'the text alone is known, twice as many rules; against the real table',
      // Costs at most 10 % more: 1 / 1.1.
      target: { figure: 'ratio', bound: '>=', value: 0.909 },
    },
    { ...real, known: 'nothing', table: 'doubled' },
    { ...real, known: 'nothing' },
  ),
]

function compare(row: RowSpec, ours: ClassifyTask, baseline: ClassifyTask): Measurement {
  return {
    rows: [row],
    async measure(plan) {
      const module = new URL('classify-process.js', import.meta.url)
      const [us, them] = [ours, baseline].map((task) =>
        Child.start<ClassifyRun, number>(module, [JSON.stringify(task)], ['--expose-gc']),
      ) as [Child<ClassifyRun, number>, Child<ClassifyRun, number>]
      const run = (child: Child<ClassifyRun, number>, batches: number) =>
        child.ask({ replies: batches * batch })
      // A list of patterns is ten times slower: it gets as much time, not as many replies.
      const theirBatches = baseline.classifier === 'naive' ? plan.size(3, 1) : plan.size(10, 1)
      try {
        await run(us, plan.size(5, 1))
        await run(them, 1)
        const pairs = await interleave(plan, row.name, standardRuns, {
          ours: () => run(us, plan.size(10, 1)),
          baseline: () => run(them, theirBatches),
        })
        return [
          rowOf(
            row,
            pairs.map(({ ours: a, baseline: b }) => rates(a, b)),
          ),
        ]
      } finally {
        await Promise.all([us.stop(), them.stop()])
      }
    },
  }
}
