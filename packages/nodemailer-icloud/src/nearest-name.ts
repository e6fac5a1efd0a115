/** The known name that was meant, most likely; `null` if none is near. */
export function nearestName(name: string, known: readonly string[]): string | null {
  const wrong = name.slice(0, 40).toLowerCase()
  let nearest: string | null = null
  let least = Infinity
  for (const candidate of known) {
    const right = candidate.toLowerCase()
    const shortened = wrong.length > 2 && right.startsWith(wrong)
    const distance = Math.min(editDistance(wrong, right), shortened ? 1 : Infinity)
    if (distance < least && distance <= Math.max(1, right.length / 3)) {
      least = distance
      nearest = candidate
    }
  }
  return nearest
}

/** Letters to put in, take out, change or swap with the next. */
function editDistance(from: string, to: string): number {
  let before: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let i = 1; i <= from.length; i++) {
    const row = [i]
    for (let j = 1; j <= to.length; j++) {
      const change = (last[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1)
      let least = Math.min(change, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1)
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1])
        least = Math.min(least, (before[j - 2] ?? 0) + 1)
      row.push(least)
    }
    before = last
    last = row
  }
  return last[to.length] ?? 0
}
