import { findClosings, isOfSeveral, stormOf, type Closings } from './find-closings.ts'
import type { Seen } from './find-jumps.ts'
import type { PlaceCounts, Storm } from './find-storms.ts'
import type { IncidentParts } from './incidents.ts'
import { untilWritten } from '../ledger/conflict.ts'
import { bucketOf } from '../signals/buckets.ts'
import { askSoon } from './storm-holds.ts'
import { placesSince } from './storm-places.ts'
import { streamPlaces } from './stream-places.ts'

/** When Apple was asked whether it refuses everything, the last time for each kind of reply. */
interface Asked {
  kind: string
  /** ms since the epoch. */
  at: number
}

const askedKey = 'incident/asked'

/** A storm that was found, and how many messages were given up meanwhile. */
export interface FoundStorm {
  storm: Storm
  givenUp: number
}

/**
 * Finds storms by what they closed, however much mail was accepted in the minute before: where one rule closed nearly
 * everything, Apple is asked soon with a probe of each stream, and their replies tell. It is asked so once a day and kind of
 * reply: a sender that is to blame itself does not get around its holds that way.
 *
 * @param kinds replies about the sender or its content that readers met lately
 */
export async function watchClosings(
  parts: IncidentParts,
  kinds: readonly string[],
  seen: Seen,
): Promise<FoundStorm[]> {
  const { ledger, policy, signals } = parts
  const { resolutions } = signals
  const { now } = seen
  const met = kinds.filter((kind) =>
    isMetLately(kind, seen, resolutions.hour.width, policy.incidents.minRecipients),
  )
  if (met.length === 0) return []
  const places = await streamPlaces(ledger, now, resolutions)
  const found: FoundStorm[] = []
  for (const kind of met) {
    const closings = findClosings(kind, places, seen, policy.incidents)
    if (closings === null || now - closings.last > resolutions.hour.width) continue
    const counts = await placesSince(ledger, closings.since, now, resolutions)
    if (!isOfSeveral(kind, counts)) continue
    const at = await askOnce(parts, closings, now)
    if (at === null) continue
    const { width } = resolutions.minute
    const next = (bucketOf(at, resolutions.minute) + 1) * width
    const asked = next > now ? [] : await placesSince(ledger, next, now, resolutions)
    const storm = stormOf(closings, counts, asked, policy.incidents)
    // A refused probe is held.
    if (storm !== null) found.push({ storm, givenUp: refusedIn(counts) - refusedIn(asked) })
  }
  return found
}

function refusedIn(counts: readonly PlaceCounts[]): number {
  return counts.reduce((sum, { refused }) => sum + refused, 0)
}

function isMetLately(kind: string, { slots, now }: Seen, hourMs: number, least: number): boolean {
  let refused = 0
  for (const slot of slots) if (slot.start > now - 2 * hourMs) refused += slot.refused[kind] ?? 0
  return refused >= least
}

/** When Apple was asked about these closings, ms since the epoch: now, if it was not yet. `null`: it was, about earlier ones. */
async function askOnce(parts: IncidentParts, closings: Closings, now: number): Promise<number | null> {
  const { ledger, signals } = parts
  const { kind, first } = closings
  let isNew = false
  const at = await untilWritten(async () => {
    const [entry] = await ledger.read([askedKey])
    const all = ((entry?.value ?? []) as readonly Asked[]).filter(
      (one) => Math.abs(now - one.at) < signals.resolutions.day.width,
    )
    const before = all.find((one) => one.kind === kind)
    isNew = before === undefined
    if (before !== undefined) return before.at >= first ? before.at : null
    const value = [...all, { kind, at: now }]
    return (await ledger.write([{ key: askedKey, expected: entry?.version ?? 0, value }])) ? now : undefined
  })
  if (isNew) await askSoon(parts, closings)
  return at
}
