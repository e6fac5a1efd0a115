import type { Plan } from './measurement.ts'

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
  const pairs: Pair<T>[] = []
  for (let run = 1; run <= runs; run++) {
    plan.progress(what, run, runs)
    if (run % 2 === 1) {
      const ours = await sides.ours()
      pairs.push({ ours, baseline: await sides.baseline() })
    } else {
      const baseline = await sides.baseline()
      pairs.push({ ours: await sides.ours(), baseline })
    }
  }
  return pairs
}
