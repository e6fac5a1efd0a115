import { Child } from '../child.ts'
import type { Pair } from '../interleave.ts'
import type { Measurement, Plan } from '../measurement.ts'
import { rowOf, type RowSpec, type Target } from '../row.ts'
import { costs, rates } from '../sample.ts'
import { Sink } from '../smtp-sink/sink.ts'
import type { Recipients } from './message.ts'
import type { PoolResult, PoolRun, PoolTask } from './pool-process.ts'

const standardRuns = 15

/** The rows about what the wrapper costs where mail is sent: Nodemailer's SMTP pool and a server on this machine. */
export const poolMeasurements: readonly Measurement[] = [
  compare('nodemailer/pool-other', 'mail that is not Apple’s', 'other', 0.97),
  compare('nodemailer/pool-apple', 'single-recipient Apple mail', 'apple', 0.95),
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
  const rss: RowSpec = {
    name: `${name}-rss`,
    unit: 'MB of memory',
    about: `SMTP pool, ${mail}: the sending process; against bare Nodemailer`,
    target: null,
  }
  return {
    rows: [throughput, cpu, rss],
    async measure(plan) {
      const sink = await Sink.start()
      const pairs: Pair<PoolResult>[] = []
      const runs = plan.runs(standardRuns)
      try {
        for (let run = 1; run <= runs; run++) {
          plan.progress(name, run, runs)
          pairs.push(await sendInTurn(plan, recipients, sink.port, run))
        }
        return [
          rowOf(
            throughput,
            pairs.map(({ ours, baseline }) => rates(ours.perSecond, baseline.perSecond)),
          ),
          rowOf(
            cpu,
            pairs.map(({ ours, baseline }) => costs(ours.cpuMicrosEach, baseline.cpuMicrosEach)),
          ),
          rowOf(
            rss,
            pairs.map(({ ours, baseline }) => costs(ours.rss, baseline.rss)),
          ),
        ]
      } finally {
        await sink.stop()
      }
    },
  }
}

const turns = 20

/**
 * One run: a fresh process for each side, as two processes of the same kind differ by a tenth, and short turns, so that
 * what changes on the machine changes both. The warm-up is long, because applications that send mail run for days.
 * Who starts first changes with the run: of two bare ones the first was the slower one by 4 %.
 */
async function sendInTurn(
  plan: Plan,
  recipients: Recipients,
  port: number,
  run: number,
): Promise<Pair<PoolResult>> {
  const module = new URL('pool-process.js', import.meta.url)
  const sides: (keyof Pair<unknown>)[] = run % 2 === 0 ? ['baseline', 'ours'] : ['ours', 'baseline']
  const running = sides.map((side) => {
    const task: PoolTask = { wrapped: side === 'ours', recipients, port }
    return { side, child: Child.start<PoolRun, PoolResult>(module, [JSON.stringify(task)]) }
  })
  try {
    for (const { child } of running) await child.ask({ warmUp: plan.size(2500, 50), messages: 1 })
    const turn = { warmUp: 0, messages: plan.size(250, 10) }
    const of: Pair<PoolResult[]> = { ours: [], baseline: [] }
    for (let nth = 0; nth < turns; nth++) {
      for (const { side, child } of nth % 2 === 0 ? running : running.toReversed()) {
        of[side].push(await child.ask(turn))
      }
    }
    return { ours: allTogether(of.ours), baseline: allTogether(of.baseline) }
  } finally {
    await Promise.all(running.map(({ child }) => child.stop()))
  }
}

/** Turns have the same number of messages: the mean of the costs is that of all, and so is the harmonic one of the rates. */
function allTogether(results: readonly PoolResult[]): PoolResult {
  const mean = (of: (result: PoolResult) => number): number =>
    results.reduce((sum, result) => sum + of(result), 0) / results.length
  return {
    cpuMicrosEach: mean(({ cpuMicrosEach }) => cpuMicrosEach),
    perSecond: 1 / mean(({ perSecond }) => 1 / perSecond),
    rss: mean(({ rss }) => rss),
  }
}
