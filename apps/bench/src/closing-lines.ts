import { availableParallelism, loadavg } from 'node:os'
import type { Row } from './row.ts'

/** What stands below the table: how many targets were met, and what to think of the figures. */
export function closingLines(rows: readonly Row[], loadBefore: number): string[] {
  const judged = rows.filter(({ met }) => met !== null)
  const missed = judged.filter(({ met }) => !met).map(({ name }) => name)
  const lines = [
    `Node ${process.version}, ${availableParallelism()} cores. Medians; a ratio above 1 is better than the baseline.`,
  ]
  if (judged.length > 0) {
    const met = `${judged.length - missed.length} of ${judged.length} targets met`
    lines.push(missed.length === 0 ? `${met}.` : `${met}; missed: ${missed.join(', ')}.`)
  }
  // What runs here takes one core or two by itself, so only what was there before counts.
  if (loadBefore > availableParallelism() / 4) {
    lines.push(
      `The machine was busy when this began (load ${loadBefore.toFixed(1)}), so the figures are worse than they could be.`,
    )
  }
  return lines
}

/** The load average over the last minute; 0 where the system has none. */
export function load(): number {
  return loadavg()[0] ?? 0
}
