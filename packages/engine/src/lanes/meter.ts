/** How much came through lately: an average that forgets. */
export interface Meter {
  /** ms since the epoch. */
  at: number
  /** A second, not yet divided by `weight`. */
  sum: number
  /** How much of the time that counts has been seen, 0 to 1. */
  weight: number
}

/** Adds what came since the last time. `overSeconds`: what is longer ago hardly counts. */
export function count(meter: Meter | undefined, messages: number, now: number, overSeconds: number): Meter {
  const seconds = Math.max(0, now - (meter?.at ?? now)) / 1000
  const fade = Math.exp(-seconds / overSeconds)
  return {
    at: now,
    sum: (meter?.sum ?? 0) * fade + messages / overSeconds,
    weight: 1 - (1 - (meter?.weight ?? 0)) * fade,
  }
}

/** Messages a second. */
export function perSecond(meter: Meter | undefined, now: number, overSeconds: number): number {
  const { sum, weight } = count(meter, 0, now, overSeconds)
  // What was seen for a moment only would look like very much.
  return sum / Math.max(weight, 0.1)
}
