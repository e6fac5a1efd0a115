const minuteMs = 60_000

/** A time for people, in UTC, such as `2026-01-31 12:00`. */
export function timeWords(at: number): string {
  const date = new Date(at)
  return Number.isNaN(date.getTime()) ? 'unknown' : date.toISOString().slice(0, 16).replace('T', ' ')
}

/** With seconds, such as `2026-01-31 12:00:05`. */
export function secondWords(at: number): string {
  const date = new Date(at)
  return Number.isNaN(date.getTime()) ? 'unknown' : date.toISOString().slice(0, 19).replace('T', ' ')
}

/** A span for people, such as `3 min`, `5 h` or `2 days`. */
export function spanWords(ms: number): string {
  const minutes = Math.max(0, Math.round(ms / minuteMs))
  if (minutes < 90) return `${minutes} min`
  const hours = Math.round(minutes / 60)
  // From two days on, so there is no single one.
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`
}

const grouped = new Intl.NumberFormat('en')

/** A number for people, such as `12,345`. */
export function countWords(count: number): string {
  return grouped.format(count)
}

/** A count with its word, such as `1 suppression` or `2 suppressions`. */
export function counted(count: number, one: string, many: string = `${one}s`): string {
  return `${countWords(count)} ${count === 1 ? one : many}`
}
