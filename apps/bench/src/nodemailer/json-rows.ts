import { Child } from '../child.ts'
import { eachRun } from '../each-run.ts'
import type { Measurement, Plan } from '../measurement.ts'
import { rowOf, type RowSpec } from '../row.ts'
import { added, middleOf, type Sample } from '../sample.ts'
import { inTurns } from '../turns.ts'
import type { JsonTask } from './json-process.ts'
import type { Recipients } from './message.ts'
import { sidesOf, type SideTurn } from './side-turn.ts'

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
      const run = (): Promise<Sample> => inNewProcess(plan, { recipients })
      return [rowOf(row, await eachRun(plan, row.name, standardRuns, run))]
    },
  }
}

const turns = 20

/**
 * One run: a fresh process, as what the compiler makes of the code differs from one to the next, and both sides in it, as what
 * is measured is some hundredths of what Nodemailer itself takes. V8 compiles for good what ran some thousand times, which costs
 * whoever is there at that moment some ten microseconds a message: applications that send mail run for days.
 */
async function inNewProcess(plan: Plan, task: JsonTask): Promise<Sample> {
  const module = new URL('json-process.js', import.meta.url)
  const child = Child.start<SideTurn, number>(module, [JSON.stringify(task)])
  try {
    await inTurns(turns, sidesOf(child, plan.size(500, 5)))
    const pairs = await inTurns(turns, sidesOf(child, plan.size(150, 10)))
    return middleOf(pairs.map(({ ours, baseline }) => added(ours, baseline)))
  } finally {
    await child.stop()
  }
}
