/** How long an hour takes in the demo, in ms. */
export const HOUR_MS = 100

/**
 * All durations of the engine's policy times this, as Haraka's plugin reads it from its configuration: counts are found by the
 * length of their minute.
 */
export const TIME_SCALE: number = Number((HOUR_MS / 3_600_000).toFixed(12))

/** A span of the demo's time as it would be in real life, such as `34 min`. */
export function realSpan(ms: number): string {
  const minutes = Math.max(1, Math.round((ms / HOUR_MS) * 60))
  if (minutes < 60) return `${minutes} min`
  const hours = Math.round(minutes / 60)
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`
}
