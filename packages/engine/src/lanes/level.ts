import { isApart } from './lane-state.ts'

/** How many messages of an even pace went ahead of time: it sinks by one in each interval. */
export interface Level {
  ahead: number
  /** ms since the epoch. */
  at: number
}

/** An even pace. */
export interface Pace {
  intervalMs: number
  /** Messages that may go ahead of it. */
  burst: number
}

/** Clocks of two machines may differ by so many seconds; by more, the clock has jumped. */
const skewSeconds = 30

/** The level as it is now. A clock that jumped back starts anew. */
export function sunk(level: Level | undefined, { intervalMs }: Pace, now: number): Level {
  if (level === undefined) return { ahead: 0, at: now }
  if (now < level.at) return isApart(now, level.at, skewSeconds) ? { ahead: 0, at: now } : level
  return { ahead: Math.max(0, level.ahead - (now - level.at) / intervalMs), at: now }
}

/** Messages that may go now. */
export function roomOf(level: Level, { burst }: Pace): number {
  return Math.max(0, Math.floor(burst - level.ahead + 1e-6))
}

/** ms until the next message may go. */
export function waitOf(level: Level, { burst, intervalMs }: Pace): number {
  return Math.max(0, (level.ahead + 1 - burst) * intervalMs)
}

/** `messages` went; fewer than 0 did not go after all. */
export function filled(level: Level, messages: number): Level {
  return { at: level.at, ahead: Math.max(0, level.ahead + messages) }
}
