import { Child } from '../child.ts'
import { eachRun } from '../each-run.ts'
import { interleave } from '../interleave.ts'
import type { Measurement, Plan } from '../measurement.ts'
import { rowOf, type RowSpec } from '../row.ts'
import { costs } from '../sample.ts'
import { Sink } from '../smtp-sink/sink.ts'
import { speedOf, speedRows, type Speed, type SpeedSample } from '../speed.ts'
import { inTurns } from '../turns.ts'
import type { ClaimTask } from './claim-process.ts'
import type { OutboxTask } from './outbox-process.ts'
import { sidesOf, type SideTurn } from './side-turn.ts'

const standardRuns = 9
const claimRuns = 5

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
      const run = (): Promise<SpeedSample> => inNewProcess(plan, { port: sink.port })
      try {
        return speedRows(throughput, cpu, await eachRun(plan, throughput.name, standardRuns, run))
      } finally {
        await sink.stop()
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
        const pairs = await interleave(plan, claiming.name, claimRuns, {
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

const turns = 10

/** One run: a fresh process with both sides in it, as two processes of the same kind differ by a tenth. */
async function inNewProcess(plan: Plan, task: OutboxTask): Promise<SpeedSample> {
  const child = Child.start<SideTurn, Speed>(new URL('outbox-process.js', import.meta.url), [
    JSON.stringify(task),
  ])
  const turn = sidesOf(child, plan.size(250, 50))
  try {
    await inTurns(plan.size(10, 1), turn)
    return speedOf(await inTurns(turns, turn))
  } finally {
    await child.stop()
  }
}
