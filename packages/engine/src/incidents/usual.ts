import type { Slot } from './slots.ts'

/** A span of time during which a kind of reply was not usual, ms since the epoch. */
export interface Exception {
  kind: string
  from: number
  until: number
}

/** Standard deviations that a rate may be above what was seen. */
const doubt = 1.5

/**
 * Losses per good recipient and day in these hours, by kind, incidents left out: what is refused in an outage must not
 * count as usual for a week. Pure.
 */
export function usualOf(
  hours: readonly Slot[],
  hourMs: number,
  exceptions: readonly Exception[],
): Map<string, number> {
  if (exceptions.length > 0) return summed(hours, hourMs, exceptions)
  // A week is looked at each minute and changes once an hour.
  let usual = withoutExceptions.get(hours)
  if (usual === undefined) withoutExceptions.set(hours, (usual = summed(hours, hourMs, exceptions)))
  return new Map(usual)
}

const withoutExceptions = new WeakMap<readonly Slot[], ReadonlyMap<string, number>>()

function summed(
  hours: readonly Slot[],
  hourMs: number,
  exceptions: readonly Exception[],
): Map<string, number> {
  const kinds = new Set(hours.flatMap(({ refused }) => Object.keys(refused)))
  const usual = new Map<string, number>()
  for (const kind of kinds) {
    let refused = 0
    let days = 0
    for (const hour of hours) {
      const isException = exceptions.some(
        ({ kind: other, from, until }) => other === kind && hour.start < until && hour.start + hourMs > from,
      )
      if (isException) continue
      refused += hour.refused[kind] ?? 0
      days += hour.days
    }
    // One is no rate, and of few the true rate may be well above what was seen.
    const counted = Math.max(0, refused - 1)
    if (days > 0) usual.set(kind, (counted + doubt * Math.sqrt(counted)) / days)
  }
  return usual
}
