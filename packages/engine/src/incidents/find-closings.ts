import { isClosed } from '../decide/decide-hold.ts'
import { mostBefore, ownerOf, usualShare, type PlaceCounts, type Storm } from './find-storms.ts'
import type { IncidentPolicy } from './incident-policy.ts'
import { ruleOfKind } from './reply-kind.ts'
import type { Seen } from './find-jumps.ts'
import type { StoredHold } from '../state/state.ts'

/** A stream on a lane that had mail lately, and what holds it. */
export interface StreamPlace {
  lane: string
  stream: string
  /** Of the last hour or two. */
  attempts: number
  hold: StoredHold | null
}

/** Holds by which one rule closed nearly everything at once. */
export interface Closings {
  kind: string
  /** ms since the epoch of the first reply that may belong to it, and of the first and the last closing. */
  since: number
  first: number
  last: number
  places: readonly StreamPlace[]
}

/** They have to come within so many minutes. */
const withinMinutes = 15
/** Attempts without which one sender, stream or lane tells nothing. */
const leastOfOne = 2

/**
 * Whether one rule has closed nearly all streams within minutes, more than one of them, after hardly a reply of it before. A
 * stream with much mail is closed by a few replies within seconds, so the minute that it happens in is mostly full of mail
 * that was accepted before: the holds tell more than the numbers. Pure.
 */
export function findClosings(
  kind: string,
  places: readonly StreamPlace[],
  { slots, now, dayMs }: Seen,
  { policyShare }: IncidentPolicy,
): Closings | null {
  const rule = ruleOfKind(kind)
  const windowMs = (withinMinutes * dayMs) / 1440
  const held = places.filter(({ hold }) => isHeldBy(hold, rule, now))
  const last = Math.max(...held.map(({ hold }) => hold?.since ?? 0))
  const closed = held.filter(({ hold }) => last - (hold?.since ?? 0) < windowMs)
  const sum = (of: readonly StreamPlace[]): number => of.reduce((all, { attempts }) => all + attempts, 0)
  if (new Set(closed.map(({ stream }) => stream)).size < 2) return null
  if (sum(closed) < policyShare * sum(places)) return null

  const first = Math.min(...closed.map(({ hold }) => hold?.since ?? now))
  const onset = slots.find(({ start, refused }) => start > first - windowMs && (refused[kind] ?? 0) > 0)
  if (onset === undefined) return null
  const since = Math.min(first, onset.start)
  const before = { refused: 0, attempts: onset.attempts - (onset.refused[kind] ?? 0) }
  for (const { start, attempts, refused } of slots) {
    if (start >= since) break
    before.attempts += attempts
    before.refused += refused[kind] ?? 0
  }
  if (before.attempts === 0 || before.refused > mostBefore * before.attempts) return null
  return { kind, since, first, last, places: closed }
}

function isHeldBy(hold: StoredHold | null, rule: string, now: number): boolean {
  return hold !== null && hold.rule === rule && !hold.halfOpen && isClosed(hold, now)
}

/** Whether such replies met more than one sender: it is worth asking Apple soon whether it refuses everything. Pure. */
export function isOfSeveral(kind: string, counts: readonly PlaceCounts[], least = 1): boolean {
  const rule = ruleOfKind(kind)
  const hits = sumBy(counts, ({ domain }) => ownerOf(domain), rule)
  return [...hits.values()].filter((of) => of.hits >= least).length >= 2
}

/**
 * Whether Apple refuses everything: all that has been asked since, a few probes of several streams, met the same rule, and
 * nobody was spared. A sender of which it refuses only a part would have got some of them through. Pure.
 *
 * @param counts since the first reply
 * @param asked the same of the minutes after it was found that everything is closed
 */
export function stormOf(
  { kind, since }: Closings,
  counts: readonly PlaceCounts[],
  asked: readonly PlaceCounts[],
  policy: IncidentPolicy,
): Storm | null {
  const rule = ruleOfKind(kind)
  const all = sumBy(counts, () => '', rule).get('')
  if (all === undefined || all.hits < policy.minPolicyReplies) return null
  if (!isOfSeveral(kind, counts, leastOfOne)) return null
  const streams = sumBy(asked, ({ stream }) => stream, rule)
  const groups = [
    streams,
    sumBy(asked, ({ domain }) => ownerOf(domain), rule),
    sumBy(asked, ({ lane }) => lane, rule),
  ]
  const isSpared = ({ hits, attempts }: Sum): boolean =>
    attempts >= leastOfOne && hits < policy.policyShare * attempts
  if (groups.some((sums) => [...sums.values()].some(isSpared))) return null
  if ([...streams.values()].filter(({ hits }) => hits > 0).length < 2) return null
  const { hits = 0, attempts = 0 } = sumBy(asked, () => '', rule).get('') ?? {}
  if (hits < policy.minRecipients || hits < policy.policyShare * attempts) return null
  return { kind, since, refused: hits, attempts, expected: usualShare * attempts }
}

interface Sum {
  hits: number
  attempts: number
}

/** What speaks of the recipient tells nothing here. */
function sumBy(
  counts: readonly PlaceCounts[],
  nameOf: (place: PlaceCounts) => string,
  rule: string,
): Map<string, Sum> {
  const sums = new Map<string, Sum>()
  for (const place of counts) {
    const name = nameOf(place)
    const { hits, attempts } = sums.get(name) ?? { hits: 0, attempts: 0 }
    const more = place.rules[rule] ?? 0
    sums.set(name, {
      hits: hits + more,
      attempts: attempts + Math.max(more, place.delivered + place.refused),
    })
  }
  return sums
}
