/** The known name that a mistyped one is nearest to; `null` if none is near. */
export function nearestName(given: string, known: readonly string[]): string | null {
  const wrong = given.slice(0, 40).toLowerCase()
  const [nearest] = known
    .map((name) => ({ name, steps: name.startsWith(wrong) ? 1 : steps(wrong, name) }))
    .filter(({ name, steps: count }) => wrong !== '' && count <= Math.max(2, Math.floor(name.length / 3)))
    .toSorted((a, b) => a.steps - b.steps)
  return nearest?.name ?? null
}

/** The letters to be put in, left out or changed (Levenshtein). */
function steps(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (const [i, letter] of Array.from(from).entries()) {
    const next = [i + 1]
    for (const [j, other] of Array.from(to).entries()) {
      const changed = (row[j] ?? 0) + (letter === other ? 0 : 1)
      next.push(Math.min(changed, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
