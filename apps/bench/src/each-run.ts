import type { Plan } from './measurement.ts'

/** Does each of the runs of a row, and gives what they gave. */
export async function eachRun<T>(
  plan: Plan,
  what: string,
  standardRuns: number,
  run: () => Promise<T>,
): Promise<T[]> {
  const results: T[] = []
  const runs = plan.runs(standardRuns)
  for (let nth = 1; nth <= runs; nth++) {
    plan.progress(what, nth, runs)
    results.push(await run())
  }
  return results
}
