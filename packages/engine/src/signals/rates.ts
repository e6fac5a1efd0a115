import { bucketOf, groupOf, type Resolution } from './buckets.ts'
import type { Parts } from '../engine-core.ts'
import { sumMail, sumPlaces, type Cell, type MailCounts } from './mail-counts.ts'
import { argument } from '../subject.ts'
import { domainOf } from '../address.ts'

/** A span up to now: an hour, a day, 30 days, or so many seconds. */
export type RateWindow = 'hour' | 'day' | 'month' | number

/** What {@link Engine.rates} takes. What is left out is added up. */
export interface RatesRequest {
  /** Seconds: more than 0, at most 90 days. */
  window: RateWindow
  lane?: string
  stream?: string
  /** The envelope sender's. The 201st of a day and those after it are `other`, the null sender is `<>`. */
  domain?: string
}

/** {@link MailCounts} of one bucket. */
export interface RateBucket extends MailCounts {
  /** ms since the epoch of its beginning. */
  at: number
}

/** How mail fared, and how it came to that. */
export interface Rates extends MailCounts {
  /** ms since the epoch. Spans begin at a full bucket: a minute, an hour or a day (UTC), by the length of the window. */
  since: number
  until: number
  /** Share of attempts, 0 to 1, that were deferred; `null` without attempts. */
  deferralRate: number | null
  bounceRate: number | null
  /** Share that was refused for the sender's reasons. */
  policyRate: number | null
  /** For charts: oldest first, without a gap. */
  bucketSeconds: number
  buckets: readonly RateBucket[]
  /** The same for each stream on each lane, those with most attempts first. */
  places: readonly (Cell & MailCounts)[]
  /** Sending domains of the days that the window touches, by messages, those with most first; at most 50. */
  domains: readonly { domain: string; messages: number }[]
}

const mostDomains = 50

/** Answers {@link Engine.rates}. */
export async function rates(parts: Parts, request: RatesRequest): Promise<Rates> {
  const only = checked(request)
  const { signals, ledger, clock } = parts
  const now = clock()
  const { resolution, buckets } = spanOf(parts, request.window, now, 'rates')
  await signals.flush()
  const { day } = signals.resolutions
  const since = (buckets[0] ?? 0) * resolution.width
  const days: number[] = []
  for (let one = bucketOf(since, day); one <= bucketOf(now, day); one++) days.push(one)
  const series = only.domain === undefined ? 'all' : `d/${only.domain}`
  const groups = await ledger.counts([
    ...buckets.map((bucket) => groupOf(series, bucket, resolution)),
    ...days.map((one) => groupOf('domains', one, day)),
  ])
  const mail = groups.slice(0, buckets.length)
  const sum = sumMail(mail, only)
  const share = (count: number): number | null => (sum.attempts === 0 ? null : count / sum.attempts)
  const domains = new Map<string, number>()
  for (const counts of groups.slice(buckets.length)) {
    for (const [domain, by] of Object.entries(counts)) domains.set(domain, (domains.get(domain) ?? 0) + by)
  }
  return {
    ...sum,
    since,
    until: now,
    deferralRate: share(sum.deferred),
    bounceRate: share(sum.bounced),
    policyRate: share(sum.refused),
    bucketSeconds: resolution.width / 1000,
    buckets: buckets.map((bucket, index) => ({
      at: bucket * resolution.width,
      ...sumMail(mail.slice(index, index + 1), only),
    })),
    places: sumPlaces(mail, only),
    domains: [...domains]
      .map(([domain, messages]) => ({ domain, messages }))
      .toSorted((a, b) => b.messages - a.messages || (a.domain < b.domain ? -1 : 1))
      .slice(0, mostDomains),
  }
}

/** The buckets of a window: minutes up to 2 hours, hours up to 8 days, then days. The last one is under way. */
export function spanOf(
  parts: Parts,
  window: RateWindow,
  now: number,
  call: string,
): { resolution: Resolution; buckets: number[] } {
  const { minute, hour, day } = parts.signals.resolutions
  let length: number
  if (window === 'hour') length = hour.width
  else if (window === 'day') length = day.width
  else if (window === 'month') length = 30 * day.width
  else length = window * 1000
  if (!(typeof length === 'number' && length > 0 && length <= 90 * day.width)) {
    throw argument(call, 'window', "'hour', 'day', 'month' or seconds, at most 90 days", window)
  }
  const resolution = length <= 2 * hour.width ? minute : length <= 8 * day.width ? hour : day
  const last = bucketOf(now, resolution)
  const count = Math.max(1, Math.ceil(length / resolution.width - 1e-9))
  return { resolution, buckets: Array.from({ length: count }, (_, index) => last - count + 1 + index) }
}

function checked(request: RatesRequest): Omit<RatesRequest, 'window'> {
  if (typeof request !== 'object' || request === null)
    throw argument('rates', 'the request', 'an object such as { window: "hour" }', request)
  const { lane, stream, domain } = request
  for (const [name, value] of Object.entries({ lane, stream, domain })) {
    if (value !== undefined && typeof value !== 'string') throw argument('rates', name, 'a string', value)
  }
  return {
    ...(lane !== undefined && { lane }),
    ...(stream !== undefined && { stream }),
    ...(domain !== undefined && { domain: domainOf(`a@${domain}`) ?? domain }),
  }
}
