import { EngineError } from '../errors.ts'
import { argument } from '../subject.ts'

/** A time: ms since the epoch, or a date. */
export type Time = number | Date

/** From `since` on, and before `until`; ms since the epoch. */
export interface TimeSpan {
  since: number
  until: number
}

/** The span between two times; without them it has no end. Throws `EARGUMENT` for what is no span. */
export function spanOf(call: string, request: { since?: Time; until?: Time }): TimeSpan {
  const since = request.since === undefined ? -Infinity : timeOf(call, 'since', request.since)
  const until = request.until === undefined ? Infinity : timeOf(call, 'until', request.until)
  if (since < until) return { since, until }
  throw new EngineError(
    'EARGUMENT',
    `${call}: until must be later than since, found ${until} and ${since} (ms since the epoch)`,
  )
}

/** Whether a time, ms since the epoch, lies in a span. */
export function isWithin({ since, until }: TimeSpan, at: number): boolean {
  return at >= since && at < until
}

/** ms since the epoch; throws `EARGUMENT` for what is no time. */
export function timeOf(call: string, what: string, value: unknown): number {
  const ms = value instanceof Date ? value.getTime() : value
  if (typeof ms === 'number' && Number.isFinite(ms)) return ms
  throw argument(call, what, 'milliseconds since the epoch or a Date', value)
}
