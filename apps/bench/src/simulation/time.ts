/** The simulation counts seconds from its beginning. */
export const minute = 60
export const hour: number = 60 * minute
export const day: number = 24 * hour

/** How long mail is sent. */
export const days = 30

/** When it begins, ms since the epoch. */
const beginning = Date.UTC(2026, 2, 2)

/** ms since the epoch, as the engine counts. */
export function atMs(second: number): number {
  return beginning + second * 1000
}

/** The first second that is not before a time of the engine's. */
export function secondAt(ms: number): number {
  return Math.ceil((ms - beginning) / 1000)
}
