import { InvalidArgumentError } from 'commander'

const units: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

/**
 * Reads a point in time: an ISO 8601 date, with or without a time (UTC without a zone), or a span before now, such as `90m`,
 * `24h` or `7d`.
 *
 * @returns ms since the epoch
 */
export function pointInTime(text: string, now: number = Date.now()): number {
  const [, count, unit] = /^(\d{1,6})([smhdw])$/.exec(text.trim()) ?? []
  if (count !== undefined && unit !== undefined) return now - Number(count) * (units[unit] ?? 0)
  const [, day, time, zone] =
    /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)(Z|[+-]\d{2}:\d{2})?)?$/.exec(
      text.trim(),
    ) ?? []
  const at = day === undefined ? NaN : Date.parse(`${day}T${time ?? '00:00'}${zone ?? 'Z'}`)
  if (!Number.isNaN(at)) return at
  throw new InvalidArgumentError(
    'Expected a time such as 2026-01-31, 2026-01-31T09:00Z, 24h or 7d (before now).',
  )
}

/** For an option that Commander reads. */
export function timeOption(text: string): number {
  return pointInTime(text)
}
