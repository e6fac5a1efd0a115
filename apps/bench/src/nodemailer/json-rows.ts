import { Child } from '../child.ts'
import { interleave } from '../interleave.ts'
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
      const [wrapped, bare] = [true, false].map((isWrapped) => start({ wrapped: isWrapped, recipients })) as [
        Child<JsonRun, number>,
        Child<JsonRun, number>,
      ]
      const run = (child: Child<JsonRun, number>) => child.ask({ messages: plan.size(2000, 200) })
      try {
        // The first run is for the compiler.
        await run(wrapped)
        await run(bare)
        const pairs = await interleave(plan, row.name, standardRuns, {
          ours: () => run(wrapped),
          baseline: () => run(bare),
        })
        return [
          rowOf(
            row,
            pairs.map(({ ours, baseline }) => added(ours, baseline)),
          ),
        ]
      } finally {
        await Promise.all([wrapped.stop(), bare.stop()])
      }
    },
  }
}

function start(task: JsonTask): Child<JsonRun, number> {
  return Child.start(new URL('json-process.js', import.meta.url), [JSON.stringify(task)])
}
