import { Child } from '../child.ts'
import { interleave, type Pair } from '../interleave.ts'
import type { Measurement } from '../measurement.ts'
import { rowOf, type RowSpec } from '../row.ts'
import { costs, rates } from '../sample.ts'
import { Sink } from '../smtp-sink/sink.ts'
import type { ClaimTask } from './claim-process.ts'
import type { OutboxTask } from './outbox-process.ts'
import type { PoolResult, PoolRun } from './pool-process.ts'

const standardRuns = 5

const throughput: RowSpec = {
  name: 'nodemailer/outbox',
  unit: 'messages/s',
  about: 'SMTP pool with the SQLite outbox, until all is delivered: throughput; against bare Nodemailer',
  target: { figure: 'ratio', bound: '>=', value: 0.6 },
}
const cpu: RowSpec = {
  name: 'nodemailer/outbox-cpu',
  unit: 'CPU us a message',
  about: 'the same, with the thread of the outbox: CPU time; against bare Nodemailer',
  target: null,
}
const claiming: RowSpec = {
  name: 'nodemailer/outbox-claim',
  unit: 'ms a claim, p99',
  about: 'claims of ten of 100,000 messages in the SQLite outbox; against 100',
  target: { figure: 'ours', bound: '<=', value: 5 },
}

/** The rows about the SQLite outbox. */
export const outboxMeasurements: readonly Measurement[] = [
  {
    rows: [throughput, cpu],
    async measure(plan) {
      const sink = await Sink.start()
      const start = (outbox: boolean): Child<PoolRun, PoolResult> => {
        const task: OutboxTask = { outbox, port: sink.port }
        return Child.start(new URL('outbox-process.js', import.meta.url), [JSON.stringify(task)])
      }
      const sides: Pair<Child<PoolRun, PoolResult>> = { ours: start(true), baseline: start(false) }
      try {
        const warmUp = plan.size(2500, 50)
        for (const side of [sides.ours, sides.baseline]) await side.ask({ warmUp, messages: 1 })
        const run: PoolRun = { warmUp: 0, messages: plan.size(2500, 100) }
        const pairs = await interleave(plan, throughput.name, standardRuns, {
          ours: () => sides.ours.ask(run),
          baseline: () => sides.baseline.ask(run),
        })
        return [
          rowOf(
            throughput,
            pairs.map(({ ours, baseline }) => rates(ours.perSecond, baseline.perSecond)),
          ),
          rowOf(
            cpu,
            pairs.map(({ ours, baseline }) => costs(ours.cpuMicrosEach, baseline.cpuMicrosEach)),
          ),
        ]
      } finally {
        await Promise.all([sides.ours.stop(), sides.baseline.stop(), sink.stop()])
      }
    },
  },
  {
    rows: [claiming],
    async measure(plan) {
      const start = (pending: number): Child<object, number> => {
        const task: ClaimTask = { pending }
        return Child.start(new URL('claim-process.js', import.meta.url), [JSON.stringify(task)])
      }
      const [many, few] = [start(plan.size(100_000, 2000)), start(100)]
      try {
        for (const side of [many, few]) await side.ask({})
        const pairs = await interleave(plan, claiming.name, standardRuns, {
          ours: () => many.ask({}),
          baseline: () => few.ask({}),
        })
        return [
          rowOf(
            claiming,
            pairs.map(({ ours, baseline }) => costs(ours, baseline)),
          ),
        ]
      } finally {
        await Promise.all([many.stop(), few.stop()])
      }
    },
  },
]
