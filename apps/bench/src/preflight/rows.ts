import { Child } from '../child.ts'
import { interleave } from '../interleave.ts'
import type { Measurement } from '../measurement.ts'
import { rowOf, type RowSpec } from '../row.ts'
import { costs } from '../sample.ts'
import type { MessageRun } from './message-process.ts'

const message: RowSpec = {
  name: 'preflight/message',
  unit: 'CPU ms a message',
  about: 'checkMessage, a signed newsletter of 100 kB, no scanner; against one of 10 kB',
  target: { figure: 'ours', bound: '<=', value: 50 },
}

/** The row about checking a message before it is sent. */
export const preflightMeasurements: readonly Measurement[] = [
  {
    rows: [message],
    async measure(plan) {
      const child = Child.start<MessageRun, number>(new URL('message-process.js', import.meta.url))
      const run = (kilobytes: number) => (): Promise<number> =>
        child.ask({ kilobytes, checks: plan.size(50, 5) })
      try {
        // The first run is for the compiler.
        await run(100)()
        const pairs = await interleave(plan, message.name, 9, { ours: run(100), baseline: run(10) })
        return [
          rowOf(
            message,
            pairs.map(({ ours, baseline }) => costs(ours, baseline)),
          ),
        ]
      } finally {
        await child.stop()
      }
    },
  },
]
