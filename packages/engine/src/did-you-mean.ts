/** ` (did you mean "policy"?)` for a misspelt name; empty if no known name is near. For error messages. */
export function didYouMean(given: string, known: readonly string[]): string {
  if (given.length > 60) return ''
  let nearest = ''
  let least = Math.max(2, Math.floor(given.length / 3)) + 1
  for (const name of known) {
    const steps = distance(given.toLowerCase(), name.toLowerCase())
    if (steps < least) [least, nearest] = [steps, name]
  }
  return nearest === '' ? '' : ` (did you mean "${nearest}"?)`
}

/** The letters to be put in, left out or changed (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1]
    for (let j = 0; j < b.length; j++) {
      const changed = (row[j] ?? 0) + (a[i] === b[j] ? 0 : 1)
      next.push(Math.min(changed, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
