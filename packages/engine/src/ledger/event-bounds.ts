import { EngineError, found } from '../errors.ts'

/** How much of the event log a ledger keeps. Suppressions and everything else that decides have no bound. */
export interface EventBounds {
  /** Lines that are kept, the newest. From 1 to 10,000,000. */
  maxEvents?: number
  /**
   * Seconds after which a line goes, by the times in the events themselves. Looked for when events are written, at the
   * latest after 500 of them or an hour. From 60 to 315,360,000 (10 years). Default 7,776,000 (90 days).
   */
  maxEventAgeSeconds?: number
}

const mostEvents = 10_000_000
const longestAge = 10 * 365 * 24 * 3600
const defaultAge = 90 * 24 * 3600

/**
 * The bounds that these options mean.
 *
 * @throws EngineError `EARGUMENT`, which names the option, for a value out of range
 */
export function checkEventBounds(
  { maxEvents, maxEventAgeSeconds }: EventBounds,
  defaultMaxEvents: number,
): Required<EventBounds> {
  return {
    maxEvents: whole('maxEvents', maxEvents ?? defaultMaxEvents, 1, mostEvents),
    maxEventAgeSeconds: whole('maxEventAgeSeconds', maxEventAgeSeconds ?? defaultAge, 60, longestAge),
  }
}

function whole(name: string, value: unknown, least: number, most: number): number {
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most)
    return value as number
  throw new EngineError(
    'EARGUMENT',
    `${name}: expected a whole number from ${least} to ${most}, found ${found(value)}`,
  )
}
