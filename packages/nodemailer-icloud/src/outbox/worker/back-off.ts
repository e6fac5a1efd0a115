const minute = 60_000
const waits = [1, 2, 5, 10, 20, 30, 60].map((minutes) => minutes * minute)

/**
 * When to try again what the engine has no say in: our own relay, our own outbox, a hook that failed. What Apple answered
 * is the engine's to decide.
 *
 * @param tries so far, 1 or more
 * @param random 0 to 1: a fifth is added at most, so that not everything comes back at once
 */
export function backOff(tries: number, random: () => number): number {
  const wait = waits[Math.min(tries, waits.length) - 1] ?? minute
  return Math.round(wait * (1 + random() / 5))
}
