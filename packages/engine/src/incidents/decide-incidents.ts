import {
  closedBy,
  type Closed,
  type Cover,
  type IncidentState,
  type PastIncident,
  type StoredIncident,
} from './incident.ts'
import type { IncidentPolicy } from './incident-policy.ts'
import { isOver } from './is-over.ts'
import type { Jump, Seen } from './find-jumps.ts'
import { usualShare, type Storm } from './find-storms.ts'
import { announcement } from './reply-kind.ts'

/** What was found in the numbers. */
export interface Findings {
  jumps: readonly Jump[]
  storms: readonly Storm[]
  /** When Apple itself last spoke of an outage, ms since the epoch; `null` if it did not. */
  announcedAt: number | null
}

/** What {@link decideIncidents} makes of it. */
export interface IncidentsDecision {
  /** The same object as was passed in if nothing changed. */
  state: IncidentState
  opened: readonly StoredIncident[]
  /** Open before, and now covering more. */
  widened: readonly StoredIncident[]
  ended: readonly PastIncident[]
}

type Finding = Storm & Partial<Pick<Jump, 'perDay'>>

/** How long it is remembered that something was an incident: as long as the usual numbers look back. */
const closedDays = 9

/** Opens, widens and ends incidents. Trouble of one type at one time is one incident. Pure. */
export function decideIncidents(
  state: IncidentState,
  findings: Findings,
  seen: Seen,
  policy: IncidentPolicy,
): IncidentsDecision {
  const { now, dayMs } = seen
  const { jumps, storms, announcedAt } = findings
  const found: { type: StoredIncident['type']; finding: Finding }[] = [
    ...jumps.map((finding) => ({ type: 'recipients' as const, finding })),
    ...storms.map((finding) => ({ type: 'policy' as const, finding })),
  ]
  if (announcedAt !== null && !jumps.some(({ kind }) => kind === announcement)) {
    const finding = { kind: announcement, since: announcedAt, refused: 1, attempts: 1, expected: 0 }
    found.push({ type: 'recipients', finding })
  }
  const opened: StoredIncident[] = []
  const widened = new Set<string>()
  let open = (state.open ?? []).map((incident) => seenAgain(incident, found, seen, policy))
  for (const { type, finding } of found) {
    if (open.some(({ covers }) => covers.some(({ kind }) => kind === finding.kind))) continue
    if (isDenied(state, finding, type, now, dayMs)) continue
    const cover = coverOf(finding, now)
    const before = open.find((incident) => incident.type === type)
    if (before === undefined) {
      const incident = incidentOf(type, finding, cover, now)
      opened.push(incident)
      open.push(incident)
    } else {
      widened.add(before.id)
      const since = Math.min(before.since, cover.since)
      const wider = { ...before, since, covers: [...before.covers, cover] }
      open = open.map((incident) => (incident === before ? wider : incident))
      const isNew = opened.indexOf(before)
      if (isNew >= 0) opened[isNew] = wider
    }
  }
  const ended: PastIncident[] = []
  for (const incident of open) {
    if (!incident.covers.every((cover) => isOver(cover, seen, policy))) continue
    const isSilent = incident.covers.every(
      ({ lastSeenAt }) => Math.abs(now - lastSeenAt) >= policy.endSeconds * 1000,
    )
    ended.push({ ...incident, endedAt: now, endedBy: isSilent ? 'silent' : 'recovered' })
  }
  const next = withEnded({ ...state, open }, ended, now, dayMs)
  return {
    state: isSame(state, next) ? state : next,
    opened,
    widened: open.filter(({ id }) => widened.has(id) && !opened.some((incident) => incident.id === id)),
    ended,
  }
}

/** The state after some incidents have ended. */
export function withEnded(
  state: IncidentState,
  ended: readonly PastIncident[],
  now: number,
  dayMs: number,
): IncidentState {
  const open = (state.open ?? []).filter(({ id }) => !ended.some((incident) => incident.id === id))
  const old = closedBy(now, state).filter(({ at }) => now - at < closedDays * dayMs)
  const fresh = ended.flatMap(({ id, covers, endedBy }) =>
    covers.map(({ kind, since, perDay }): Closed => {
      const closed: Closed = { id, kind, since, at: now, by: endedBy ?? 'silent' }
      return endedBy === 'hand' && perDay !== undefined ? { ...closed, usual: perDay } : closed
    }),
  )
  const closed = [...old, ...fresh]
  return { ...(open.length > 0 && { open }), ...(closed.length > 0 && { closed }) }
}

function seenAgain(
  incident: StoredIncident,
  found: readonly { finding: Finding }[],
  seen: Seen,
  policy: IncidentPolicy,
): StoredIncident {
  let isChanged = false
  const covers = incident.covers.map((cover) => {
    const jump = found.find(({ finding }) => finding.kind === cover.kind)?.finding
    const lastSeenAt = lastSignOf(incident, cover, jump, seen, policy)
    const share = Math.max(cover.share, shareOf(jump))
    if (lastSeenAt === cover.lastSeenAt && share <= cover.share) return cover
    isChanged = true
    return { ...cover, lastSeenAt, share }
  })
  return isChanged ? { ...incident, covers } : incident
}

/** When there was last more of it than a usual minute may bring. */
function lastSignOf(
  { type }: StoredIncident,
  { kind, lastSeenAt }: Cover,
  jump: Finding | undefined,
  { slots, usual, now }: Seen,
  policy: IncidentPolicy,
): number {
  // What Apple says in so many words is a sign by itself.
  if (kind === announcement && jump !== undefined && jump.expected === 0)
    return Math.max(lastSeenAt, Math.min(now, jump.since))
  const perDay = Math.max(policy.usualPerDay, usual.get(kind) ?? 0)
  for (let index = slots.length - 1; index >= 0; index--) {
    const slot = slots[index]
    if (slot === undefined || slot.start <= lastSeenAt) break
    const expected = type === 'policy' ? usualShare * slot.attempts : perDay * slot.days
    if ((slot.refused[kind] ?? 0) > policy.factor * expected) return Math.min(now, slot.start)
  }
  return lastSeenAt
}

/** Whether an operator said within a day that this is none. For recipients more than what was seen then counts again. */
function isDenied(
  state: IncidentState,
  { kind, since }: Finding,
  type: StoredIncident['type'],
  now: number,
  dayMs: number,
): boolean {
  return closedBy(now, state).some(
    (one) =>
      one.kind === kind &&
      (since < one.at ||
        (one.by === 'hand' && now - one.at < dayMs && (type === 'policy' || kind === announcement))),
  )
}

function coverOf(finding: Finding, now: number): Cover {
  const { kind, since, perDay } = finding
  const cover = { kind, since, detectedAt: now, lastSeenAt: now, share: shareOf(finding) }
  return perDay === undefined ? cover : { ...cover, perDay }
}

function shareOf(finding: Finding | undefined): number {
  if (finding === undefined) return 0
  // Of one reply nobody knows the share.
  if (finding.attempts < 2) return 0.5
  return Math.min(1, finding.refused / finding.attempts)
}

function incidentOf(
  type: StoredIncident['type'],
  { kind, refused, attempts, expected, since }: Finding,
  cover: Cover,
  now: number,
): StoredIncident {
  const id = `${new Date(now).toISOString().slice(0, 19)}-${kind.replaceAll('/', '-')}`
  const numbers = { refused, attempts, expected: Math.round(expected * 1000) / 1000 }
  return { id, type, since, detectedAt: now, numbers, covers: [cover] }
}

function isSame(before: IncidentState, after: IncidentState): boolean {
  const same = <T>(a: readonly T[] = [], b: readonly T[] = []): boolean =>
    a.length === b.length && a.every((one, index) => one === b[index])
  return same(before.open, after.open) && same(before.closed, after.closed)
}
