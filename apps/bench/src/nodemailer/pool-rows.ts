import { Child } from '../child.ts'
import { eachRun } from '../each-run.ts'
import { interleave } from '../interleave.ts'
import type { Measurement, Plan } from '../measurement.ts'
import { rowOf, type RowSpec, type Target } from '../row.ts'
import { costs } from '../sample.ts'
import { Sink } from '../smtp-sink/sink.ts'
import { speedOf, speedRows, type SpeedSample } from '../speed.ts'
import { inTurns } from '../turns.ts'
import type { Recipients } from './message.ts'
import type { PoolResult, PoolTask } from './pool-process.ts'
import { sidesOf, type SideTurn } from './side-turn.ts'

const standardRuns = 15

/** The rows about what the wrapper costs where mail is sent: Nodemailer's SMTP pool and a server on this machine. */
export const poolMeasurements: readonly Measurement[] = [
  speed('nodemailer/pool-other', 'mail that is not Apple’s', 'other', 0.97),
  memory('nodemailer/pool-other', 'mail that is not Apple’s', 'other'),
  speed('nodemailer/pool-apple', 'single-recipient Apple mail', 'apple', 0.95),
  memory('nodemailer/pool-apple', 'single-recipient Apple mail', 'apple'),
]

function speed(name: string, mail: string, recipients: Recipients, least: number): Measurement {
  const target: Target = { figure: 'ratio', bound: '>=', value: least }
  const throughput: RowSpec = {
    name,
    unit: 'messages/s',
    about: `SMTP pool, ${mail}: throughput; against bare Nodemailer`,
    target,
  }
  const cpu: RowSpec = {
    name: `${name}-cpu`,
    unit: 'CPU us a message',
    about: `SMTP pool, ${mail}: CPU time of the sending process; against bare Nodemailer`,
    target,
  }
  return {
    rows: [throughput, cpu],
    async measure(plan) {
      const sink = await Sink.start()
      const run = (): Promise<SpeedSample> => inNewProcess(plan, { recipients, port: sink.port })
      try {
        return speedRows(throughput, cpu, await eachRun(plan, throughput.name, standardRuns, run))
      } finally {
        await sink.stop()
      }
    },
  }
}

const turns = 20

/**
 * One run: a fresh process with both sides in it, as two processes of the same kind differ by a tenth. The warm-up is long, as
 * applications that send mail run for days.
 */
async function inNewProcess(plan: Plan, task: PoolTask): Promise<SpeedSample> {
  const child = start(task)
  const turn = sidesOf(child, plan.size(250, 10))
  try {
    await inTurns(plan.size(10, 5), turn)
    return speedOf(await inTurns(turns, turn))
  } finally {
    await child.stop()
  }
}

function memory(name: string, mail: string, recipients: Recipients): Measurement {
  const row: RowSpec = {
    name: `${name}-rss`,
    unit: 'MB of memory',
    about: `SMTP pool, ${mail}: a sending process; against one with bare Nodemailer`,
    target: null,
  }
  return {
    rows: [row],
    async measure(plan) {
      const sink = await Sink.start()
      const rssOf = async (side: SideTurn['side']): Promise<number> => {
        const child = start({ recipients, port: sink.port })
        try {
          return (await child.ask({ side, messages: plan.size(5000, 100) })).rss
        } finally {
          await child.stop()
        }
      }
      try {
        const pairs = await interleave(plan, row.name, 5, {
          ours: () => rssOf('ours'),
          baseline: () => rssOf('baseline'),
        })
        return [
          rowOf(
            row,
            pairs.map(({ ours, baseline }) => costs(ours, baseline)),
          ),
        ]
      } finally {
        await sink.stop()
      }
    },
  }
}

function start(task: PoolTask): Child<SideTurn, PoolResult> {
  return Child.start(new URL('pool-process.js', import.meta.url), [JSON.stringify(task)])
}
