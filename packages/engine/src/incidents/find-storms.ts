import { logRatio } from './chance.ts'
import type { IncidentPolicy } from './incident-policy.ts'
import { ruleOfKind } from './reply-kind.ts'
import type { Seen } from './find-jumps.ts'
import type { MailCounts } from '../signals/mail-counts.ts'

/** A reply about the sender or the content that good recipients meet nearly always, after hardly ever before. */
export interface Storm {
  kind: string
  /** ms since the epoch of its onset. */
  since: number
  refused: number
  attempts: number
  expected: number
}

/** What one stream of one sending domain on one lane met with. */
export interface PlaceCounts extends Pick<MailCounts, 'delivered' | 'bounced' | 'refused' | 'rules'> {
  domain: string
  lane: string
  stream: string
}

/** Share of attempts that such replies refuse at most in ordinary times. */
export const usualShare = 0.002
/** It was hardly there before: at most this share. Whoever gets worse step by step has trouble of their own. */
export const mostBefore = 0.02
/** It is looked for in the 15 minutes before. */
const onsetsPerDay = 96
/** Attempts without which a place tells nothing. */
const leastOfPlace = 2

/** Kinds that hit mail to good recipients so. They are storms if {@link isEverywhere} too. Pure. */
export function findStorms(kinds: readonly string[], seen: Seen, policy: IncidentPolicy): Storm[] {
  return kinds.flatMap((kind) => {
    const storm = findStorm(kind, seen, policy)
    return storm === null ? [] : [storm]
  })
}

function findStorm(kind: string, { slots, closedAt }: Seen, policy: IncidentPolicy): Storm | null {
  let best: Storm | null = null
  let most = 0
  let refused = 0
  let attempts = 0
  const all = { refused: 0, attempts: 0 }
  for (const slot of slots) {
    all.refused += slot.refused[kind] ?? 0
    all.attempts += slot.attempts
  }
  for (let index = slots.length - 1; index >= 0; index--) {
    const slot = slots[index]
    if (slot === undefined || slot.start < (closedAt.get(kind) ?? -Infinity)) break
    const more = slot.refused[kind] ?? 0
    refused += more
    attempts += slot.attempts
    if (more === 0 || refused < policy.minRecipients || refused < policy.policyShare * attempts) continue
    const expected = usualShare * attempts
    const ratio = logRatio(refused, expected)
    if (ratio <= most) continue
    most = ratio
    best = { kind, since: slot.start, refused, attempts, expected }
  }
  if (best === null) return null
  const before = { refused: all.refused - best.refused, attempts: all.attempts - best.attempts }
  return before.attempts > 0 && before.refused <= mostBefore * before.attempts ? best : null
}

/**
 * When the first reply came that may belong to a storm which shows from `since` on: a minute that is full of mail accepted
 * before does not show it, and what was closed in it belongs to it all the same. Pure.
 */
export function onsetOf(kind: string, since: number, { slots, closedAt, dayMs }: Seen): number {
  const earliest = Math.max(since - dayMs / onsetsPerDay, closedAt.get(kind) ?? -Infinity)
  const first = slots.find(({ start, refused }) => start >= earliest && (refused[kind] ?? 0) > 0)
  return Math.min(since, first?.start ?? since)
}

/**
 * Whether such replies hit nearly everything: more than one stream and more than one sender, with nobody left out. A single
 * stream or sender has trouble of its own. Pure.
 */
export function isEverywhere(kind: string, places: readonly PlaceCounts[], policy: IncidentPolicy): boolean {
  const rule = ruleOfKind(kind)
  const answered = places.map((place) => ({
    ...place,
    attempts: place.delivered + place.bounced + place.refused,
    hits: place.rules[rule] ?? 0,
  }))
  const attempts = answered.reduce((sum, place) => sum + place.attempts, 0)
  const hits = answered.reduce((sum, place) => sum + place.hits, 0)
  if (hits < policy.minPolicyReplies || hits < policy.policyShare * attempts) return false
  const by = (nameOf: (place: PlaceCounts) => string): { hit: number; spared: number } => {
    const sums = new Map<string, { attempts: number; hits: number }>()
    for (const place of answered) {
      const sum = sums.get(nameOf(place)) ?? { attempts: 0, hits: 0 }
      sums.set(nameOf(place), { attempts: sum.attempts + place.attempts, hits: sum.hits + place.hits })
    }
    const telling = [...sums.values()].filter((sum) => sum.attempts >= leastOfPlace)
    const hit = telling.filter((sum) => sum.hits >= policy.policyShare * sum.attempts).length
    return { hit, spared: telling.length - hit }
  }
  const streams = by(({ stream }) => stream)
  const owners = by(({ domain }) => ownerOf(domain))
  const lanes = by(({ lane }) => lane)
  return (
    streams.hit >= 2 && owners.hit >= 2 && streams.spared === 0 && owners.spared === 0 && lanes.spared === 0
  )
}

/** Who sends: subdomains of one owner are not independent. The last two labels: rather one owner too few than one too many. */
export function ownerOf(domain: string): string {
  return domain.split('.').slice(-2).join('.')
}
