/** As many as may still be there: those before them are long gone, and the list is written to each part. */
const MOST = 100

/**
 * The names of the queue files that a message was split off, the oldest first: parts are split again while the first
 * file may still be there.
 *
 * @param partOf what the notes in a queue file say
 */
export function ancestorsOf(partOf: unknown): string[] {
  const names: unknown[] = Array.isArray(partOf) ? partOf : [partOf]
  return names.filter((name) => typeof name === 'string').slice(-MOST)
}

/** The same for what is split off `filename` now. */
export function ancestorsWith(partOf: unknown, filename: string): string[] {
  return [...ancestorsOf(partOf), filename].slice(-MOST)
}
