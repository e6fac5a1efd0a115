import { isClosed } from '../decide/decide-hold.ts'
import type { StreamPlace } from './find-closings.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { bucketOf, groupOf, type Resolutions } from '../signals/buckets.ts'
import { sumPlaces } from '../signals/mail-counts.ts'
import { scopeKey, type ScopeState } from '../state/state.ts'

/** Streams that are looked at, those with most mail first: what nearly everything is shows in them. */
const mostPlaces = 200

/** The streams that had mail in this hour and the one before, and what holds them; without those of lanes that are held as a whole. */
export async function streamPlaces(
  ledger: Ledger,
  now: number,
  { hour }: Resolutions,
): Promise<StreamPlace[]> {
  const last = bucketOf(now, hour)
  const counts = await ledger.counts([last - 1, last].map((one) => groupOf('all', one, hour)))
  const places = sumPlaces(counts)
    .filter(({ attempts }) => attempts > 0)
    .slice(0, mostPlaces)
  const lanes = [...new Set(places.map(({ lane }) => lane))]
  const entries = await ledger.read([
    ...places.map(({ lane, stream }) => scopeKey({ scope: 'stream', id: `${lane}/${stream}` })),
    ...lanes.map((lane) => scopeKey({ scope: 'sending-ip', id: lane })),
  ])
  const holds = entries.map((entry) => ((entry?.value ?? {}) as ScopeState).hold ?? null)
  const heldLanes = new Set(
    lanes.filter((_, index) => isClosed(holds[places.length + index] ?? undefined, now)),
  )
  return places.flatMap(({ lane, stream, attempts }, index) =>
    heldLanes.has(lane) ? [] : [{ lane, stream, attempts, hold: holds[index] ?? null }],
  )
}
