import { concurrencyOf, measureSeconds, newLane, raiseLane, rateOf, slowLane } from './lane-pace.ts'
import { warmUpTable, type LanePolicy } from './lane-policy.ts'
import { reserved, sharesOf, type Demand, type Share } from './lane-shares.ts'
import { isApart, type LaneState, type Lease } from './lane-state.ts'
import { count } from './meter.ts'
import { takeSpread } from './spread.ts'
import { takeWarmUp, type CreditRequest } from './warm-up.ts'

/** Connections by kind of mail. */
export interface Kinds {
  urgent: number
  bulk: number
}

/** What a process tells of a lane, and asks for. */
export interface Member {
  id: string
  /** Connections in use. */
  used: Kinds
  /** Callers that wait for one. */
  waiting: Kinds
  /** Connections that are not in use are kept for a moment, unless somebody else lacks them. */
  lingers: boolean
  /** Messages that Apple accepted since this was told last. */
  accepted: number
  /** The rule of a reply that slows the lane down. */
  slow: string | null
  warmUp: CreditRequest
  spread: Readonly<Record<string, CreditRequest>>
}

/** Messages that may go, and how long to wait for more. */
export interface Granted {
  granted: number
  waitMs: number
}

/** The answer to a {@link Member}. */
export interface Turn {
  /** To be written if `changed`; nothing was told otherwise. */
  state: LaneState
  changed: boolean
  slowed: boolean
  /** What the process holds now: never less than it uses. */
  lease: Share
  /** What it may use from now on. */
  allowed: Share
  /** Messages a second that are its part; `null`: no limit. */
  rate: number | null
  warmUp: Granted
  spread: Readonly<Record<string, Granted>>
}

/** A lease is renewed when so much of its length is over, and what cannot be parted changes hands as often. */
const renewAfter = 1 / 6
const freely: Granted = { granted: Infinity, waitMs: 0 }

/**
 * One process's turn at a lane: what it may use, and the lane's next state. Pure.
 *
 * @param before `null`: the lane is new
 * @param now ms since the epoch
 */
export function decideTurn(before: LaneState | null, member: Member, now: number, policy: LanePolicy): Turn {
  const told = before ?? newLane(policy, now)
  const heard: LaneState =
    member.accepted === 0
      ? told
      : {
          ...told,
          accepted: told.accepted + member.accepted,
          meter: count(told.meter, member.accepted, now, measureSeconds(policy)),
        }
  const slower = member.slow === null ? heard : slowLane(heard, member.slow, policy, now)
  const paced = raiseLane(slower, policy, now)

  const { share, allowed, others } = leaseOf(paced, member, now, policy)
  const lease = renewed(told.leases[member.id], share, member, now, policy)
  const credit = takeCredit(paced, member, now, policy)
  const isNews = paced !== heard || credit.changed || lease !== told.leases[member.id]
  const leases = lease === undefined ? others : { ...others, [member.id]: lease }
  const all = Object.values(leases).reduce((sum, { slots }) => sum + slots, 0)
  const rate = rateOf(paced, policy)
  return {
    state: isNews ? { ...paced, ...credit.next, leases } : told,
    changed: isNews,
    slowed: slower !== heard,
    lease: share,
    allowed,
    rate: rate === null ? null : rate * (all === 0 ? 1 : Math.max(share.slots, 1) / Math.max(all, 1)),
    warmUp: credit.warmUp,
    spread: credit.spread,
  }
}

/** The leases of the living. */
export function livingLeases(
  { leases }: LaneState,
  now: number,
  { leaseSeconds }: LanePolicy,
): Record<string, Lease> {
  return Object.fromEntries(Object.entries(leases).filter(([, { at }]) => !isApart(now, at, leaseSeconds)))
}

function leaseOf(
  state: LaneState,
  member: Member,
  now: number,
  policy: LanePolicy,
): { share: Share; allowed: Share; others: Record<string, Lease> } {
  const living = livingLeases(state, now, policy)
  const { [member.id]: own, ...others } = living
  const concurrency = concurrencyOf(state, policy)
  const bulkMost = concurrency - reserved(concurrency, policy.reserve)
  const demands: Demand[] = Object.entries(others).map(([id, { wants }]) => ({
    id,
    urgent: wants[0],
    bulk: wants[1],
  }))
  const [urgent, bulk] = wantsOf(member, policy)
  const turn = Math.floor(now / (policy.leaseSeconds * renewAfter * 1000))
  const shares = sharesOf([...demands, { id: member.id, urgent, bulk }], concurrency, policy.reserve, turn)

  const rest = Object.values(others)
  const free = concurrency - rest.reduce((sum, { slots }) => sum + slots, 0)
  const freeBulk = bulkMost - rest.reduce((sum, lease) => sum + lease.bulk, 0)
  const fair = shares.get(member.id) ?? { slots: 0, urgent: 0, bulk: 0 }
  // Without urgent mail nobody may have what is reserved for it.
  const mine = {
    slots: fair.urgent + Math.min(fair.slots - fair.urgent, Math.max(0, freeBulk)),
    bulk: fair.bulk,
  }
  const isLacking = Object.entries(others).some(([id, lease]) => {
    const share = shares.get(id)
    return share !== undefined && (lease.slots < share.slots || lease.bulk < share.bulk)
  })
  const kept = member.lingers && !isLacking ? (own ?? mine) : mine
  const slots = Math.max(0, Math.min(Math.max(mine.slots, kept.slots), free))
  const allowed = { slots, bulk: Math.max(0, Math.min(Math.max(mine.bulk, kept.bulk), freeBulk, slots)) }
  const used = member.used.urgent + member.used.bulk
  const share = {
    slots: Math.max(used, allowed.slots),
    bulk: Math.max(member.used.bulk, allowed.bulk),
  }
  return { share, allowed, others }
}

/** Connections that a process has or could use at once, as far as that counts. */
export function wantsOf(
  { used, waiting }: Pick<Member, 'used' | 'waiting'>,
  { ceiling }: LanePolicy,
): [urgent: number, bulk: number] {
  return [Math.min(ceiling, used.urgent + waiting.urgent), Math.min(ceiling, used.bulk + waiting.bulk)]
}

/** The same object if there is nothing to write. */
function renewed(
  before: Lease | undefined,
  { slots, bulk }: Share,
  member: Member,
  now: number,
  policy: LanePolicy,
): Lease | undefined {
  const wants = wantsOf(member, policy)
  if (slots === 0 && wants[0] === 0 && wants[1] === 0) return undefined
  // That less is wanted is told when the rest is given back.
  const isWanted = (index: 0 | 1): boolean =>
    before?.wants[index] === wants[index] || (member.lingers && (before?.wants[index] ?? 0) > wants[index])
  const isSame =
    before?.slots === slots &&
    before.bulk === bulk &&
    isWanted(0) &&
    isWanted(1) &&
    !isApart(now, before.at, policy.leaseSeconds * renewAfter)
  return isSame ? before : { slots, bulk, wants, at: now }
}

function takeCredit(
  state: LaneState,
  member: Member,
  now: number,
  policy: LanePolicy,
): Pick<Turn, 'warmUp' | 'spread'> & { next: Partial<LaneState>; changed: boolean } {
  const next: Partial<LaneState> = {}
  let changed = false
  let warmUp = freely
  const table = warmUpTable(policy)
  if (table !== null) {
    const taken = takeWarmUp(state.warmUp, table, member.warmUp, now, policy.daySeconds)
    warmUp = { granted: taken.granted, waitMs: taken.waitMs }
    if (Number.isFinite(taken.granted) && (member.warmUp.charge !== 0 || taken.granted > 0)) {
      next.warmUp = taken.warmUp
      changed = true
    }
  }
  const spread: Record<string, Granted> = {}
  for (const [stream, request] of Object.entries(member.spread)) {
    const pace = policy.spread[stream]
    if (pace === undefined) continue
    const taken = takeSpread(state.spread?.[stream], pace, request, now)
    spread[stream] = { granted: taken.granted, waitMs: taken.waitMs }
    if (request.charge === 0 && taken.granted === 0) continue
    next.spread = { ...state.spread, ...next.spread, [stream]: taken.level }
    changed = true
  }
  return { next, changed, warmUp, spread }
}
