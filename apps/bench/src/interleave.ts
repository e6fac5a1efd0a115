import type { Plan } from './measurement.ts'
import { inTurns } from './turns.ts'

/** Both sides of one comparison, each of which can be measured again and again. */
export interface Sides<T> {
  ours(): Promise<T>
  baseline(): Promise<T>
}

/** What one run gave for both sides. */
export interface Pair<T> {
  ours: T
  baseline: T
}

/**
 * Measures both sides in turn, so that what changes on the machine meanwhile changes both. Who is first alternates.
 */
export async function interleave<T>(
  plan: Plan,
  what: string,
  standardRuns: number,
  sides: Sides<T>,
): Promise<Pair<T>[]> {
  const runs = plan.runs(standardRuns)
  return inTurns(runs, sides, (run) => plan.progress(what, run, runs))
}
