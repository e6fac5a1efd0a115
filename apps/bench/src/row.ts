import { middleOf, type Sample } from './sample.ts'
import { quartiles } from './statistics.ts'

/** What a row is to reach. */
export interface Target {
  figure: 'ours' | 'ratio'
  bound: '>=' | '<='
  value: number
}

/** A row before it is measured. */
export interface RowSpec {
  /** Family, slash, what is measured. */
  name: string
  /** Of `ours` and `baseline`. */
  unit: string
  /** For `--list`: ours against which baseline. */
  about: string
  target: Target | null
}

/** A measured row, as `--json` prints it. */
export interface Row {
  name: string
  unit: string
  /** Median over the runs. */
  ours: number
  /** Median over the runs. */
  baseline: number
  /** Median over the runs of ours against the baseline: 1 is as good, more is better, for costs too. */
  ratio: number
  /** First and third quartile over the runs of the figure that the target is about; of `ours` where there is none. */
  spread: [low: number, high: number]
  /** Such as `ratio >= 0.95`. */
  target: string | null
  met: boolean | null
}

/** Sums the runs of a row up. */
export function rowOf({ name, unit, target }: RowSpec, samples: readonly Sample[]): Row {
  const middle = middleOf(samples)
  const reached = target && middle[target.figure]
  return {
    name,
    unit,
    ...middle,
    spread: quartiles(samples.map((sample) => sample[target?.figure ?? 'ours'])),
    target: target && `${target.figure} ${target.bound} ${target.value}`,
    met: target && (target.bound === '>=' ? reached! >= target.value : reached! <= target.value),
  }
}
