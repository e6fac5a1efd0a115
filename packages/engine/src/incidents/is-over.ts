import type { IncidentPolicy } from './incident-policy.ts'
import type { Cover } from './incident.ts'
import { findJumps, type Seen } from './find-jumps.ts'
import { usualShare } from './find-storms.ts'

/** What shows that Apple is well has to be so many times likelier than if it were not. */
const logSure = Math.log(100)

/**
 * Whether a kind of reply is back to what is usual: good recipients accept mail again, in numbers that an outage as bad as
 * this one does not leave; or nothing was seen of it for long. Pure.
 */
export function isOver(cover: Cover, seen: Seen, policy: IncidentPolicy): boolean {
  const { slots, now } = seen
  // In either direction: a clock that was set back must not keep it open.
  if (Math.abs(now - cover.lastSeenAt) >= policy.endSeconds * 1000) return true
  const quietFrom = now - policy.quietSeconds * 1000
  if (cover.lastSeenAt > quietFrom) return false
  // However much better it is than at its worst.
  const recent = { ...seen, closedAt: new Map([[cover.kind, quietFrom]]) }
  if (findJumps([cover.kind], recent, policy).length > 0) return false
  const usual = Math.max(policy.usualPerDay, seen.usual.get(cover.kind) ?? 0)
  let attempts = 0
  let days = 0
  let refused = 0
  for (let index = slots.length - 1; index >= 0; index--) {
    const slot = slots[index]
    // Mail of before its onset was accepted, of course.
    if (slot === undefined || slot.start < cover.detectedAt) break
    attempts += slot.attempts + slot.acceptedAgain + (slot.refusedAgain[cover.kind] ?? 0)
    days += slot.days + slot.acceptedAgain
    refused += (slot.refused[cover.kind] ?? 0) + (slot.refusedAgain[cover.kind] ?? 0)
    if (slot.start > quietFrom) continue
    const ifWell = Math.max(usual * days, usualShare * attempts)
    const ifNot = cover.share * attempts
    const forIt = ifNot - ifWell - refused * Math.log(Math.max(1, ifNot / ifWell))
    if (attempts > 0 && forIt >= logSure) return true
  }
  return false
}
