import { median } from './statistics.ts'

/** What one run gave: ours beside the baseline, measured one right after the other. */
export interface Sample {
  ours: number
  baseline: number
  /** How ours does against the baseline: 1 is as good, more is better. */
  ratio: number
}

/** Of two rates: more is better. */
export function rates(ours: number, baseline: number): Sample {
  return { ours, baseline, ratio: ours / baseline }
}

/** Of two costs: less is better. */
export function costs(ours: number, baseline: number): Sample {
  return { ours, baseline, ratio: baseline / ours }
}

/** What `whole` costs on top of the baseline that it contains. The ratio is that of the whole costs. */
export function added(whole: number, baseline: number): Sample {
  return { ours: whole - baseline, baseline, ratio: baseline / whole }
}

/**
 * One sample of those that a run consists of: the middle of each figure, so that a turn in which the machine had other things
 * to do does not count.
 */
export function middleOf(samples: readonly Sample[]): Sample {
  const middle = (figure: keyof Sample): number => median(samples.map((sample) => sample[figure]))
  return { ours: middle('ours'), baseline: middle('baseline'), ratio: middle('ratio') }
}
