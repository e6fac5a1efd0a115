import { bucketOf, groupOf, type Resolution, type Resolutions } from './buckets.ts'
import type { Count, Counts } from '../ledger/ledger.ts'

/** Numbers that wait for the ledger. Beyond that a ledger has been out of reach for long, and new ones are dropped. */
const mostWaiting = 20_000

type Fields = Map<string, number>

/** What was taken out of a {@link Tally}, to be written. */
export interface Taken {
  counts: readonly Count[]
  /** It could not be written: everything back. */
  putBack(): void
}

export const noCounts: Taken = { counts: [], putBack() {} }

/**
 * Counts that wait in memory for the next write, so that 30,000 outcomes a second are a few rows a second. An outcome that
 * comes alone is written together with its count; a process that is killed loses one second of counts, and no outcome.
 */
export class Tally {
  /** By minute, then series. */
  private waiting = new Map<number, Map<string, Fields>>()
  private size = 0
  private writtenAt = -Infinity
  private readonly resolutions: Resolutions

  constructor(resolutions: Resolutions) {
    this.resolutions = resolutions
  }

  get isEmpty(): boolean {
    return this.waiting.size === 0
  }

  /** Adds to a field of a series, as of `now`, ms since the epoch. */
  add(series: string, field: string, now: number, by = 1): void {
    this.addTo(bucketOf(now, this.resolutions.minute), series, field, by)
  }

  /** How often something was taken: what was read of the ledger before that is old. */
  takes = 0

  /** What waits for a series since that minute; of `all` for all sending domains. */
  waitingSince(minute: number, series: string): Counts[] {
    const found: Counts[] = []
    for (const [at, allSeries] of this.waiting) {
      if (at < minute) continue
      for (const [name, fields] of allSeries) {
        if (series === 'all' ? name.startsWith(ofDomain) : name === series)
          found.push(Object.fromEntries(fields))
      }
    }
    return found
  }

  /** Everything that waits, if the last write is a second (a 60th of a minute) ago; otherwise nothing. */
  takeIfDue(now: number): Taken {
    const apart = this.resolutions.minute.width / 60
    const isDue = now >= this.writtenAt + apart || now < this.writtenAt
    return isDue ? this.take(now) : noCounts
  }

  /** Everything that waits. */
  take(now: number): Taken {
    if (this.isEmpty) return noCounts
    this.writtenAt = now
    const taken = this.waiting
    this.waiting = new Map()
    this.size = 0
    this.takes++
    return {
      counts: countsOf(taken, this.resolutions),
      putBack: () => {
        for (const [minute, allSeries] of taken) {
          for (const [series, fields] of allSeries) {
            for (const [field, by] of fields) this.addTo(minute, series, field, by)
          }
        }
      },
    }
  }

  private addTo(minute: number, series: string, field: string, by: number): void {
    let allSeries = this.waiting.get(minute)
    if (allSeries === undefined) this.waiting.set(minute, (allSeries = new Map<string, Fields>()))
    let fields = allSeries.get(series)
    if (fields === undefined) allSeries.set(series, (fields = new Map<string, number>()))
    const before = fields.get(field)
    if (before === undefined && ++this.size > mostWaiting) return
    fields.set(field, (before ?? 0) + by)
  }
}

/** The series of one sending domain: it counts for `all` as well. */
const ofDomain = 'd/'
/** The series of one From domain, stream and submitter, of which the last minutes count only. */
export const ofFromDomain = 'f/'

/** The names of groups are made once for all their fields: that is most of the cost. */
function countsOf(waiting: ReadonlyMap<number, ReadonlyMap<string, Fields>>, widths: Resolutions): Count[] {
  const counts: Count[] = []
  const add = (minute: number, resolution: Resolution, series: string, fields: Fields): void => {
    const at = minute * widths.minute.width
    // The middle of the minute: its beginning may fall short of it by a rounding error.
    const bucket = bucketOf(at + widths.minute.width / 2, resolution)
    const group = groupOf(series, bucket, resolution)
    const { keepMs } = resolution
    for (const [field, by] of fields) if (by !== 0) counts.push({ group, field, by, at, keepMs })
  }
  for (const [minute, allSeries] of waiting) {
    const all: Fields = new Map()
    const domains: Fields = new Map()
    for (const [series, fields] of allSeries) {
      const resolutions = series.startsWith(ofFromDomain)
        ? [widths.minute]
        : [widths.minute, widths.hour, widths.day]
      for (const resolution of resolutions) add(minute, resolution, series, fields)
      if (!series.startsWith(ofDomain)) continue
      for (const [field, by] of fields) {
        plus(all, field, by)
        if (field.endsWith(messageField)) plus(domains, series.slice(ofDomain.length), by)
      }
    }
    for (const resolution of [widths.minute, widths.hour, widths.day]) add(minute, resolution, 'all', all)
    add(minute, widths.day, 'domains', domains)
  }
  return counts
}

function plus(fields: Fields, field: string, by: number): void {
  fields.set(field, (fields.get(field) ?? 0) + by)
}

/** How the field that counts messages, not attempts, ends. */
export const messageField = ' message'
