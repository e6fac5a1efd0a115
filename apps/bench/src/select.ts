import type { Measurement } from './measurement.ts'

/** Names that no row has. */
export class UnknownRow extends Error {}

/**
 * The names of the rows that are asked for, by their exact name or by a prefix; all if nothing is asked for.
 *
 * @throws UnknownRow with a message that lists what there is
 */
export function selectRows(measurements: readonly Measurement[], asked: readonly string[]): Set<string> {
  const all = measurements.flatMap(({ rows }) => rows.map(({ name }) => name))
  if (asked.length === 0) return new Set(all)
  return new Set(
    asked.flatMap((word) => {
      if (all.includes(word)) return [word]
      const found = all.filter((name) => name.startsWith(word))
      if (found.length > 0) return found
      throw new UnknownRow(
        `No row is called, or begins with, ${JSON.stringify(word)}. There are:\n  ${all.join('\n  ')}`,
      )
    }),
  )
}
