import { Child } from '../child.ts'
import { interleave } from '../interleave.ts'
import type { Measurement } from '../measurement.ts'
import { rowOf, type RowSpec, type Target } from '../row.ts'
import { costs, rates } from '../sample.ts'
import { Sink } from '../smtp-sink/sink.ts'
import type { Recipients } from './message.ts'
import type { PoolResult, PoolRun, PoolTask } from './pool-process.ts'

const standardRuns = 15

/** The rows about what the wrapper costs where mail is sent: Nodemailer's SMTP pool and a server on this machine. */
export const poolMeasurements: readonly Measurement[] = [
  compare('nodemailer/pool-other', 'mail that is not Apple’s', 'other', 0.95),
  compare('nodemailer/pool-apple', 'single-recipient Apple mail', 'apple', 0.9),
]

function compare(name: string, mail: string, recipients: Recipients, least: number): Measurement {
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
      // Applications that send mail run for days: each side keeps its process, and what its compiler has learnt.
      const wrapped = startSender({ wrapped: true, recipients, port: sink.port })
      const bare = startSender({ wrapped: false, recipients, port: sink.port })
      const messages = plan.size(1500, 100)
      try {
        await wrapped.ask({ warmUp: plan.size(3000, 50), messages: 1 })
        await bare.ask({ warmUp: plan.size(3000, 50), messages: 1 })
        const pairs = await interleave(plan, name, standardRuns, {
          ours: () => wrapped.ask({ warmUp: 0, messages }),
          baseline: () => bare.ask({ warmUp: 0, messages }),
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
        await Promise.all([wrapped.stop(), bare.stop()])
        await sink.stop()
      }
    },
  }
}

function startSender(task: PoolTask): Child<PoolRun, PoolResult> {
  return Child.start<PoolRun, PoolResult>(new URL('pool-process.js', import.meta.url), [JSON.stringify(task)])
}
