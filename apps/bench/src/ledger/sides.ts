import { Child } from '../child.ts'
import { interleave, type Pair } from '../interleave.ts'
import type { Plan } from '../measurement.ts'
import type { LedgerFigures, LedgerRun, LedgerTask } from './task.ts'

/** One side of a comparison: what its process does, and the pairs of a run. */
export type Side = readonly [task: LedgerTask, pairs: number]

/** Measures two processes in turn. */
export async function measureSides(
  plan: Plan,
  what: string,
  standardRuns: number,
  ours: Side,
  baseline: Side,
): Promise<Pair<LedgerFigures>[]> {
  const us = startSide(ours[0])
  const them = startSide(baseline[0])
  try {
    return await interleave(plan, what, standardRuns, {
      ours: () => us.ask({ pairs: plan.size(ours[1], 1000) }),
      baseline: () => them.ask({ pairs: plan.size(baseline[1], 1000) }),
    })
  } finally {
    await Promise.all([us.stop(), them.stop()])
  }
}

/** Starts a process that measures a ledger. */
export function startSide(task: LedgerTask): Child<LedgerRun, LedgerFigures> {
  return Child.start(new URL('ledger-process.js', import.meta.url), [JSON.stringify(task)])
}
