import type { Admission, AdmitRequest } from '../../admit/admission.ts'
import { admit } from '../../admit/admit.ts'
import { isClosed } from '../../decide/decide-hold.ts'
import type { Parts } from '../../engine-core.ts'
import { untilWritten } from '../../ledger/conflict.ts'
import type { Change, LedgerEvent } from '../../ledger/ledger.ts'
import { beginDetour, mayGoAround, promise, roomFor, type Detour } from './detour.ts'
import { detourAlert, isListing, logged, stoppedAlert } from './detour-alert.ts'
import { findSuspect } from './find-suspect.ts'
import { newLane } from '../lane-pace.ts'
import { alternativeOf, lanePolicyOf, priorityOf } from '../lane-policy.ts'
import { laneKey, type LaneState } from '../lane-state.ts'
import type { Passage } from '../../passage.ts'
import { passedBy } from '../../read-passage.ts'
import type { Alert } from '../../signals/alert.ts'
import { scopeKey, type ScopeState } from '../../state/state.ts'
import { messageKey } from '../../subject.ts'

/**
 * `admit`, and where only a block of the lane's IP is in the way, over the lane's alternative: as far as that one has room,
 * and not for the stream that most likely led to the block.
 */
export async function admitDetour(parts: Parts, request: AdmitRequest): Promise<Admission[]> {
  if (!parts.lanes.hasAlternatives) return admit(parts, request)
  const admissions = await admit(parts, request)
  const passage = parts.passages.of(request, 'admit')
  const { route } = passage
  const to = route.hop === 'relay' ? null : alternativeOf(parts.policy.lanes, route.lane)
  if (to === null) return admissions
  const blocked = admissions.flatMap((admission, index) =>
    isListed(admission, route.lane) ? [{ index, recipient: admission.recipient }] : [],
  )
  if (blocked.length === 0) return admissions
  try {
    const room = await parts.patience.run(() =>
      goAround(parts, passage, request.messageId, to, blocked.length),
    )
    const going = blocked.slice(0, room)
    if (going.length === 0) return admissions
    const recipients = going.map(({ recipient }) => recipient)
    const answers = await admit(parts, { ...request, lane: to, recipients })
    const next = [...admissions]
    going.forEach(({ index }, place) => {
      const answer = answers[place]
      if (answer?.decision !== 'send') return
      next[index] = { ...answer, lane: to, reason: `the lane ${route.lane} is blocked: it goes over ${to}` }
    })
    return next
  } catch (error) {
    parts.outage.begin(error, 'read')
    return admissions
  }
}

function isListed({ decision, hold, rule }: Admission, lane: string): boolean {
  return decision === 'held' && hold?.scope === 'sending-ip' && hold.id === lane && isListing(rule)
}

/** How many of so many messages may go over the other lane; they are noted there. */
async function goAround(
  parts: Parts,
  passage: Passage,
  messageId: string | undefined,
  to: string,
  asked: number,
): Promise<number> {
  const { ledger, clock, events, policy } = parts
  const { route } = passage
  const { lane, stream } = route
  // The lane's IP is the first. A relay address stands behind the same scope on any lane, which `admit` asks.
  const { scopeKeys } = passedBy(passage, false, messageId === undefined ? null : messageKey(messageId))
  const keys = [laneKey(lane), laneKey(to), scopeKey({ scope: 'sending-ip', id: to }), ...scopeKeys]
  return untilWritten(async () => {
    const [own, other, otherScope, ...scopes] = await ledger.read(keys)
    const now = clock()
    const [hold, ...holds] = scopes.map((scope) => ((scope?.value ?? {}) as ScopeState).hold)
    const { hold: otherHold } = (otherScope?.value ?? {}) as ScopeState
    if (!isClosed(hold, now)) return 0

    const ownState = (own?.value ?? newLane(lanePolicyOf(policy.lanes, lane), now)) as LaneState
    const otherPolicy = lanePolicyOf(policy.lanes, to)
    const otherState = (other?.value ?? null) as LaneState | null
    const isNew = ownState.detour?.since !== hold.since || ownState.detour.to !== to
    let detour: Detour = isNew
      ? beginDetour(ownState.detour, { to, since: hold.since, stream: await findSuspect(parts, route) })
      : (ownState.detour as Detour)
    const isBlockedToo = isClosed(otherHold, now)
    const alerts: Alert[] = isNew ? [detourAlert(lane, detour, hold, now)] : []
    if (isBlockedToo && detour.stopped === undefined && isListing(otherHold.rule)) {
      detour = { ...detour, stopped: { at: now, rule: otherHold.rule } }
      alerts.push(stoppedAlert(lane, detour, otherHold, now))
    }

    // What is held here for the mail itself is held there: another IP makes it no better.
    const isHeld = holds.some((one) => isClosed(one, now))
    const isFree = !isBlockedToo && !isHeld && mayGoAround(detour, stream)
    const isUrgent = priorityOf(otherPolicy, stream) === 0
    const room = isFree ? Math.min(asked, roomFor(otherState, otherPolicy, isUrgent, now)) : 0
    const changes: Change[] = []
    if (detour !== ownState.detour)
      changes.push({ key: laneKey(lane), expected: own?.version ?? 0, value: { ...ownState, detour } })
    if (room > 0 && roomFor(otherState, otherPolicy, isUrgent, now) !== Infinity) {
      const value = promise(otherState ?? newLane(otherPolicy, now), room, now)
      changes.push({ key: laneKey(to), expected: other?.version ?? 0, value })
    }
    if (changes.length === 0) return room
    const log: LedgerEvent[] = alerts.map(logged)
    if (!(await ledger.write(changes, log))) return undefined
    for (const alert of alerts) events.emit('alert', alert)
    return room
  })
}
