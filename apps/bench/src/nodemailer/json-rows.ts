import { Child } from '../child.ts'
import type { Pair } from '../interleave.ts'
import type { Measurement } from '../measurement.ts'
import { rowOf, type RowSpec } from '../row.ts'
import { added } from '../sample.ts'
import type { JsonRun, JsonTask } from './json-process.ts'
import type { Recipients } from './message.ts'

const standardRuns = 15
const unit = 'CPU us added a message'

/** The rows about what the wrapper costs where nothing is sent: Nodemailer's JSON transport. */
export const jsonMeasurements: readonly Measurement[] = [
  compare(
    {
      name: 'nodemailer/json-other',
      unit,
      about: 'JSON transport, not Apple’s mail: added; against Nodemailer’s own',
      target: { figure: 'ours', bound: '<=', value: 10 },
    },
    'other',
  ),
  compare(
    {
      name: 'nodemailer/json-apple',
      unit,
      about: 'JSON transport, Apple’s mail: added; against Nodemailer’s own',
      target: { figure: 'ours', bound: '<=', value: 20 },
    },
    'apple',
  ),
]

function compare(row: RowSpec, recipients: Recipients): Measurement {
  return {
    rows: [row],
    async measure(plan) {
      const task: JsonTask = { recipients }
      const run: JsonRun = { warmUp: plan.size(1000, 100), messages: plan.size(3000, 200) }
      const pairs: Pair<number>[] = []
      const runs = plan.runs(standardRuns)
      for (let nth = 1; nth <= runs; nth++) {
        plan.progress(row.name, nth, runs)
        pairs.push(await inNewProcess(task, run))
      }
      return [
        rowOf(
          row,
          pairs.map(({ ours, baseline }) => added(ours, baseline)),
        ),
      ]
    },
  }
}

/** What the compiler makes of the code differs from one process to the next. */
async function inNewProcess(task: JsonTask, run: JsonRun): Promise<Pair<number>> {
  const module = new URL('json-process.js', import.meta.url)
  const child = Child.start<JsonRun, Pair<number>>(module, [JSON.stringify(task)])
  try {
    return await child.ask(run)
  } finally {
    await child.stop()
  }
}
