import { groupOf } from './buckets.ts'
import type { Parts } from '../engine-core.ts'
import type { Counts } from '../ledger/ledger.ts'
import { spanOf, type RateWindow } from './rates.ts'
import { argument } from '../subject.ts'

/** What readers did in a span of time, and how the list grew. */
export interface ReaderCounts {
  /** Show little: Apple's Mail may have fetched the images by itself. */
  opens: number
  clicks: number
  replies: number
  unsubscribes: number
  complaints: number
  consents: number
  /** Recipients that replies of Apple's suppressed. */
  suppressed: number
  /** Consents, less unsubscribes, complaints and the suppressed. */
  growth: number
}

/** Answer of {@link Engine.readers}. */
export interface Readers extends ReaderCounts {
  /** ms since the epoch. */
  since: number
  until: number
  bucketSeconds: number
  /**
   * Those of them at icloud.com, me.com, mac.com and Apple's private relay; the others are the rest, custom domains at Apple
   * included. Counted from this version on.
   */
  apple: ReaderCounts
  /** Oldest first, without a gap. */
  buckets: readonly (ReaderCounts & { at: number })[]
}

/** Answers {@link Engine.readers}. */
export async function readers(parts: Parts, request: { window: RateWindow }): Promise<Readers> {
  if (typeof request !== 'object' || request === null)
    throw argument('readers', 'the request', 'an object such as { window: "month" }', request)
  const now = parts.clock()
  const { resolution, buckets } = spanOf(parts, request.window, now, 'readers')
  await parts.signals.flush()
  const groups = await parts.ledger.counts(buckets.map((bucket) => groupOf('readers', bucket, resolution)))
  return {
    ...sumReaders(groups),
    since: (buckets[0] ?? 0) * resolution.width,
    until: now,
    bucketSeconds: resolution.width / 1000,
    apple: sumReaders(groups, appleField),
    buckets: buckets.map((bucket, index) => ({
      at: bucket * resolution.width,
      ...sumReaders(groups.slice(index, index + 1)),
    })),
  }
}

/** The field that counts what Apple's readers did. */
export function appleField(what: string): string {
  return `apple-${what}`
}

function sumReaders(
  groups: readonly Counts[],
  fieldOf: (what: string) => string = (what) => what,
): ReaderCounts {
  const sum = (what: string): number => groups.reduce((all, counts) => all + (counts[fieldOf(what)] ?? 0), 0)
  const [unsubscribes, complaints] = [sum('unsubscribe'), sum('complaint')]
  const consents = sum('consent')
  // Replies that suppress are Apple's.
  const suppressed = groups.reduce((all, counts) => all + (counts.suppressed ?? 0), 0)
  return {
    opens: sum('open'),
    clicks: sum('click'),
    replies: sum('reply'),
    unsubscribes,
    complaints,
    consents,
    suppressed,
    growth: consents - unsubscribes - complaints - suppressed,
  }
}
