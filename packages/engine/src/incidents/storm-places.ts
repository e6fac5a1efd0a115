import { bucketOf, groupOf, type Resolutions } from '../signals/buckets.ts'
import type { PlaceCounts } from './find-storms.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { sumPlaces } from '../signals/mail-counts.ts'

/** Senders and minutes that are looked at: a storm shows in few of them. */
const mostDomains = 30
const mostMinutes = 30

/** What each stream of each sending domain on each lane met with since then. */
export async function placesSince(
  ledger: Ledger,
  since: number,
  now: number,
  { minute, day }: Resolutions,
): Promise<PlaceCounts[]> {
  const today = bucketOf(now, day)
  const days = await ledger.counts([today - 1, today].map((one) => groupOf('domains', one, day)))
  const messages = new Map<string, number>()
  for (const counts of days) {
    for (const [domain, by] of Object.entries(counts)) messages.set(domain, (messages.get(domain) ?? 0) + by)
  }
  const domains = [...messages]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, mostDomains)
    .map(([domain]) => domain)
  const last = bucketOf(now, minute)
  const first = Math.max(bucketOf(since, minute), last - mostMinutes + 1)
  const length = last - first + 1
  const groups = await ledger.counts(
    domains.flatMap((domain) =>
      Array.from({ length }, (_, index) => groupOf(`d/${domain}`, first + index, minute)),
    ),
  )
  return domains.flatMap((domain, index) =>
    sumPlaces(groups.slice(index * length, (index + 1) * length)).map((place) => ({ ...place, domain })),
  )
}
