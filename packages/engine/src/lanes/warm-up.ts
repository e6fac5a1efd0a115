import { isApart } from './lane-state.ts'
import { filled, roomOf, sunk, waitOf, type Level, type Pace } from './level.ts'

/** How far a new IP has come. */
export interface WarmUp {
  /** ms since the epoch of its first message: its days count from there. */
  firstAt: number
  /** The day that `used` counts for, from 0. */
  day: number
  used: number
  level: Level
}

/** What went, and what is asked for. */
export interface CreditRequest {
  /** Messages that went without asking; fewer than 0 were asked for and did not go. */
  charge: number
  /** Messages that would go now. */
  asked: number
}

/** An hour of the day may go ahead of its time. */
const hours = 24

/** The day of a warm-up, from 0. */
export function warmUpDay(firstAt: number, now: number, daySeconds: number): number {
  return Math.max(0, Math.floor((now - firstAt) / (daySeconds * 1000)))
}

/** The warm-up as it stands now. One that begins more than a day ahead, as the clock was set back since, begins anew. */
export function warmUpNow(
  before: WarmUp | undefined,
  pace: Pace | null,
  now: number,
  daySeconds: number,
): WarmUp {
  const hasBegun =
    before !== undefined && (before.firstAt <= now || !isApart(now, before.firstAt, daySeconds))
  if (!hasBegun) return { firstAt: now, day: 0, used: 0, level: { ahead: 0, at: now } }
  const day = warmUpDay(before.firstAt, now, daySeconds)
  if (day !== before.day) return { firstAt: before.firstAt, day, used: 0, level: { ahead: 0, at: now } }
  return pace === null ? before : { ...before, level: sunk(before.level, pace, now) }
}

/** The even pace of a day; `null` once the table is over. */
export function warmUpPace(table: readonly number[], day: number, daySeconds: number): Pace | null {
  const messages = table[day]
  if (messages === undefined) return null
  return { intervalMs: (daySeconds * 1000) / messages, burst: Math.max(1, messages / hours) }
}

/**
 * Charges what went and grants what may go. A day has no more than its messages, apart from urgent ones, and they are
 * spread over it. After the last day everything is granted, and nothing charged.
 *
 * @param now ms since the epoch
 */
export function takeWarmUp(
  before: WarmUp | undefined,
  table: readonly number[],
  { charge, asked }: CreditRequest,
  now: number,
  daySeconds: number,
): { warmUp: WarmUp; granted: number; waitMs: number } {
  const day = before === undefined ? 0 : warmUpDay(before.firstAt, now, daySeconds)
  const pace = warmUpPace(table, day, daySeconds)
  const current = warmUpNow(before, pace, now, daySeconds)
  if (pace === null) return { warmUp: current, granted: Infinity, waitMs: 0 }
  const used = Math.max(0, current.used + charge)
  const level = filled(current.level, charge)
  const left = Math.max(0, (table[day] ?? 0) - used)
  const granted = Math.min(asked, left, roomOf(level, pace))
  const warmUp: WarmUp = { ...current, used: used + granted, level: filled(level, granted) }
  const untilTomorrow = current.firstAt + (day + 1) * daySeconds * 1000 - now
  const waitMs = used + granted >= (table[day] ?? 0) ? untilTomorrow : waitOf(warmUp.level, pace)
  return { warmUp, granted, waitMs }
}
