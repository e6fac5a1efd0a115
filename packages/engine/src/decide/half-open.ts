import { createHash } from 'node:crypto'
import { opened } from './decide-hold.ts'
import type { Attempt } from './attempt.ts'
import type { HoldPolicy } from '../policy/hold-policy.ts'
import type { HalfOpen, ScopeState, StoredHold } from '../state/state.ts'

/** Messages under way at once: at first, and at most, as each is a write to the same entry. */
const fewest = 4
const most = 16
/** However small a share closes it, so many accepted messages open it. */
const longest = 1000
/** Trouble lasts if it is still there after so many times what closes a scope. */
const lastingTimes = 6
/** Then it waits a tenth of the time for each time that the refused share contains the limit. */
const timesLimit = 10
/** Parts of the interval of the probes: who finds no room asks again after one; what is not answered for ten is lost. */
const partsOfInterval = 60
const lostAfterParts = 10

/** A hold whose probe was accepted. */
export type HalfOpenHold = StoredHold & { halfOpen: HalfOpen }

export function isHalfOpen(hold: StoredHold | undefined): hold is HalfOpenHold {
  return hold?.halfOpen !== undefined
}

/**
 * How many messages Apple has to accept before a hold that was closed by a share is open again: so many that its replies
 * among them would be below the share. `null` where one probe is enough. Pure.
 */
function enoughFor(policy: HoldPolicy | null | undefined): number | null {
  if (policy?.share == null || policy.share <= 0) return null
  return Math.min(longest, Math.ceil(policy.count / policy.share))
}

/** A probe was accepted where a share decides: mail goes some at a time, until enough was accepted. */
function halfOpened(state: ScopeState, hold: StoredHold, now: number): ScopeState {
  const { soonSeconds: _, ...rest } = hold
  const halfOpen: HalfOpen = { accepted: 1, refused: 0, away: 0, at: now }
  return { ...opened(state, now), hold: { ...rest, probe: null, until: now, halfOpen } }
}

/**
 * After an accepted message that a hold let through, its probe or one of those that followed: half open, or open.
 *
 * @param policy of the rule that closed it
 */
export function afterAcceptance(
  state: ScopeState,
  hold: StoredHold,
  policy: HoldPolicy | null | undefined,
  attempt: Pick<Attempt, 'messageId' | 'address'>,
  now: number,
): ScopeState {
  const next = isHalfOpen(hold) ? answered(state, attempt, 'accepted') : halfOpened(state, hold, now)
  const enough = enoughFor(policy)
  const isEnough = enough === null || (next.hold?.halfOpen?.accepted ?? 0) >= enough
  return isEnough ? opened({ ...state, hold }, now) : next
}

/** How many more may go now: as many as were accepted may be under way, so that each round doubles it. */
export function roomIn(hold: HalfOpenHold, now: number): number {
  return Math.min(most, Math.max(fewest, hold.halfOpen.accepted)) - awayNow(hold, now)
}

/**
 * Whether this one was let through and is not answered yet. It may ask again before it goes, as after a wait for its lane:
 * it has its place already.
 */
export function hasPassed(hold: HalfOpenHold, passed: string, now: number): boolean {
  return !isLost(hold, now) && (hold.halfOpen.passed?.includes(passed) ?? false)
}

/** What a recipient of a message is known by in {@link HalfOpen}; `null` if the message has no id. */
export function passedName(messageId: string | null, address: string): string | null {
  if (messageId === null) return null
  return createHash('sha256').update(`${messageId}\n${address}`).digest('base64url').slice(0, 8)
}

function awayNow(hold: HalfOpenHold, now: number): number {
  return isLost(hold, now) ? 0 : hold.halfOpen.away
}

/** Nothing was let through for so long that what has no answer will have none. */
function isLost({ halfOpen: { at }, probeEverySeconds }: HalfOpenHold, now: number): boolean {
  return Math.abs(now - at) >= partOf(probeEverySeconds, lostAfterParts)
}

/** When whoever found no room asks again, ms since the epoch. */
export function askAgainAt({ probeEverySeconds }: StoredHold, now: number): number {
  return now + partOf(probeEverySeconds, 1)
}

function partOf(probeEverySeconds: number | null, parts: number): number {
  return Math.round(((probeEverySeconds ?? 0) * 1000 * parts) / partsOfInterval)
}

/** Lets so many through, of whom these have names. */
export function letThrough(
  state: ScopeState,
  count: number,
  named: readonly string[],
  now: number,
): ScopeState {
  const { hold } = state
  if (!isHalfOpen(hold)) return state
  const away = awayNow(hold, now) + count
  const before = isLost(hold, now) ? [] : (hold.halfOpen.passed ?? [])
  return withHalfOpen(state, hold, { away, at: now, passed: [...before, ...named].slice(-most) })
}

/** The same after Apple's answer to one of them; the same object if the scope is not half open. */
export function answered(
  state: ScopeState,
  { messageId, address }: Pick<Attempt, 'messageId' | 'address'>,
  what?: 'accepted' | 'refused',
): ScopeState {
  const { hold } = state
  if (!isHalfOpen(hold)) return state
  const { halfOpen } = hold
  const name = halfOpen.passed && passedName(messageId, address)
  const passed = halfOpen.passed?.filter((one) => one !== name) ?? []
  const count = what === undefined ? {} : { [what]: halfOpen[what] + 1 }
  return withHalfOpen(state, hold, { away: Math.max(0, halfOpen.away - 1), passed, ...count })
}

function withHalfOpen(state: ScopeState, hold: HalfOpenHold, changes: Partial<HalfOpen>): ScopeState {
  const { passed, ...halfOpen } = { ...hold.halfOpen, ...changes }
  const next: HalfOpen = passed?.length ? { ...halfOpen, passed } : halfOpen
  return { ...state, hold: { ...hold, halfOpen: next } }
}

/**
 * Closed again. Most trouble is over in some hours, and what waits for its end is not refused. What lasts longer would have
 * mail expire: then the smaller the share that was refused, the sooner there is a probe.
 */
export function closedAgain(
  hold: HalfOpenHold,
  { rule, reply }: Pick<StoredHold, 'rule' | 'reply'>,
  { share }: HoldPolicy,
  now: number,
): StoredHold {
  const { halfOpen, soonSeconds: _, ...rest } = hold
  const { accepted, refused } = halfOpen
  const { forSeconds, begunAt = hold.since } = hold
  const isLasting = Math.abs(now - begunAt) >= lastingTimes * forSeconds * 1000
  // Without the reply that closes it: it always is a refusal.
  const times = Math.max(1, refused) / (accepted + refused) / (share ?? 1)
  const part = isLasting ? Math.min(1, times / timesLimit) : 1
  const ms = Math.round(forSeconds * 1000 * part)
  const next: StoredHold = { ...rest, rule, reply, begunAt, since: now, until: now + ms, probe: null }
  return isLasting && ms < (hold.probeEverySeconds ?? 0) * 1000 ? { ...next, soonSeconds: ms / 1000 } : next
}
