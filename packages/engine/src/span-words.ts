const day = 86_400

/** A span of time for a sentence: `20 s`, `12 min`, `36 h`, `28 days`. In a test or demo a day may take a minute. */
export function spanWords(seconds: number): string {
  if (seconds >= 3 * day) return `${round(seconds / day)} days`
  if (seconds >= 3600) return `${round(seconds / 3600)} h`
  return seconds >= 60 ? `${round(seconds / 60)} min` : `${round(seconds)} s`
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
