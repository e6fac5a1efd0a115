import { logChance, logRatio } from './chance.ts'
import type { IncidentPolicy } from './incident-policy.ts'
import type { Slot } from './slots.ts'

/** A kind of reply that many good recipients met at once. */
export interface Jump {
  kind: string
  /** ms since the epoch of its onset. */
  since: number
  /** Good recipients refused since its first sign, out of so many attempts, where so many are expected. */
  refused: number
  attempts: number
  expected: number
  /** Refused per good recipient and day. */
  perDay: number
}

/** What {@link findJumps} looks at. */
export interface Seen {
  /** The last day, oldest first: hours, then minutes. */
  slots: readonly Slot[]
  /** Losses per good recipient and day that are usual, by kind. Default: {@link IncidentPolicy.usualPerDay}. */
  usual: ReadonlyMap<string, number>
  /** What was before, ms since the epoch, is dealt with; by kind. */
  closedAt: ReadonlyMap<string, number>
  now: number
  dayMs: number
}

/** Share of all attempts, above what is expected, that needs no factor: where many are expected to be gone, 8 times is too many. */
const plainShare = 0.25
/** Overlapping spans are not independent looks: so many for one of each length are. */
const looksPerSpan = 4
/** A chance that is small enough for the begin of an onset: too early an onset costs little. */
const unlikely = 0.05
/** It is looked for in the two hours before. */
const onsetsPerDay = 12

/**
 * Where more good recipients are refused than chance explains, for each of these kinds. Every span that ends now is looked
 * at; the one that stands out most is the onset. Pure.
 */
export function findJumps(kinds: readonly string[], seen: Seen, policy: IncidentPolicy): Jump[] {
  const attemptsADay = Math.max(
    10,
    seen.slots.reduce((sum, slot) => sum + slot.attempts, 0),
  )
  return kinds.flatMap((kind) => {
    const jump = findJump(kind, seen, attemptsADay, policy)
    return jump === null ? [] : [jump]
  })
}

function findJump(kind: string, seen: Seen, attemptsADay: number, policy: IncidentPolicy): Jump | null {
  const { slots, now, dayMs } = seen
  const usual = Math.max(policy.usualPerDay, seen.usual.get(kind) ?? 0)
  const closedAt = seen.closedAt.get(kind) ?? -Infinity
  let best: Jump | null = null
  let bestIndex = 0
  let most = 0
  let refused = 0
  let attempts = 0
  let days = 0
  for (let index = slots.length - 1; index >= 0; index--) {
    const slot = slots[index]
    if (slot === undefined || slot.start < closedAt) break
    const more = slot.refused[kind] ?? 0
    refused += more
    attempts += slot.attempts
    days += slot.days
    // Onsets are where a refusal is.
    if (more === 0 || refused < policy.minRecipients) continue
    const expected = usual * days
    if (refused < Math.min(policy.factor * expected, expected + plainShare * attempts)) continue
    const looks = Math.min(attemptsADay, Math.max(1, (looksPerSpan * dayMs) / Math.max(now - slot.start, 1)))
    if (logChance(refused, expected) + Math.log(looks) > Math.log(policy.chancePerDay)) continue
    const ratio = logRatio(refused, expected)
    if (ratio <= most) continue
    most = ratio
    bestIndex = index
    best = { kind, since: slot.start, refused, attempts, expected, perDay: refused / days }
  }
  return best === null ? null : { ...best, since: onsetOf(best, bestIndex, slots, closedAt, dayMs) }
}

/**
 * Trouble begins before its first sign: at the earliest moment after which good recipients may have been accepted by luck.
 * Somebody nobody knew to be good may have been refused meanwhile.
 */
function onsetOf(
  { since, refused, attempts }: Jump,
  index: number,
  slots: readonly Slot[],
  closedAt: number,
  dayMs: number,
): number {
  const lucky = refused >= attempts ? 0 : Math.log(unlikely) / Math.log(1 - refused / attempts)
  let accepted = 0
  let onset = since
  for (let earlier = index - 1; earlier >= 0; earlier--) {
    const slot = slots[earlier]
    if (slot === undefined || slot.start < closedAt || since - slot.start > dayMs / onsetsPerDay) break
    accepted += slot.attempts
    if (accepted > lucky) break
    onset = slot.start
  }
  return onset
}
