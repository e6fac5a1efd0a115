import type { Pair, Sides } from './interleave.ts'

/**
 * Measures both sides in short turns, again and again; who is first alternates. What others do on the machine meanwhile comes
 * and goes within seconds, and so does to both sides of a turn the same.
 *
 * @param progress is told of each turn before it begins; the first is 1
 */
export async function inTurns<T>(
  turns: number,
  sides: Sides<T>,
  progress?: (turn: number) => void,
): Promise<Pair<T>[]> {
  const pairs: Pair<T>[] = []
  for (let turn = 1; turn <= turns; turn++) {
    progress?.(turn)
    if (turn % 2 === 1) {
      const ours = await sides.ours()
      pairs.push({ ours, baseline: await sides.baseline() })
    } else {
      const baseline = await sides.baseline()
      pairs.push({ ours: await sides.ours(), baseline })
    }
  }
  return pairs
}
