import type { Pair } from './interleave.ts'
import { rowOf, type Row, type RowSpec } from './row.ts'
import { costs, middleOf, rates, type Sample } from './sample.ts'

/** How fast messages went, and what each took of the processor. */
export interface Speed {
  perSecond: number
  cpuMicrosEach: number
}

/** What one run gave, which consists of turns. */
export interface SpeedSample {
  throughput: Sample
  cpu: Sample
}

/** The middle of the turns of one run. */
export function speedOf(turns: readonly Pair<Speed>[]): SpeedSample {
  return {
    throughput: middleOf(turns.map(({ ours, baseline }) => rates(ours.perSecond, baseline.perSecond))),
    cpu: middleOf(turns.map(({ ours, baseline }) => costs(ours.cpuMicrosEach, baseline.cpuMicrosEach))),
  }
}

/** Sums the runs up. */
export function speedRows(throughput: RowSpec, cpu: RowSpec, runs: readonly SpeedSample[]): Row[] {
  return [
    rowOf(
      throughput,
      runs.map((run) => run.throughput),
    ),
    rowOf(
      cpu,
      runs.map((run) => run.cpu),
    ),
  ]
}
