import { warmUpTable, type LanePolicy } from '../lane-policy.ts'
import { isApart, type LaneState } from '../lane-state.ts'
import { roomOf } from '../level.ts'
import { warmUpDay, warmUpNow, warmUpPace } from '../warm-up.ts'

/** Where mail goes while Apple blocks the IP of a lane. */
export interface Detour {
  /** The other lane. */
  to: string
  /** ms since the epoch of the block that it goes around. */
  since: number
  /** The stream that most likely led to the block. It waits. */
  stream: string
  /** Somebody has looked into it: that stream may go as well. */
  confirmed?: true
  /** Apple blocked the other lane too: nothing goes around any more until somebody has looked into it. */
  stopped?: { at: number; rule: string }
}

/** Whoever was let go has entered the other lane after so many seconds, or does not count any more. */
const promiseSeconds = 60
/** Mail that is not urgent leaves so much of the other lane's day to urgent mail. */
const leftToUrgent = 0.5

/** A new block is a new detour; one that was stopped stays so. */
export function beginDetour(
  before: Detour | undefined,
  detour: Pick<Detour, 'to' | 'since' | 'stream'>,
): Detour {
  return before?.stopped === undefined ? detour : { ...detour, stopped: before.stopped }
}

/** Whether a stream may go around the block. */
export function mayGoAround({ stream, confirmed, stopped }: Detour, asked: string): boolean {
  return stopped === undefined && (confirmed === true || stream !== asked)
}

/** Messages of another lane that this one has room for: what its own warm-up leaves free. Infinity if it is warm. */
export function roomFor(state: LaneState | null, policy: LanePolicy, isUrgent: boolean, now: number): number {
  const table = warmUpTable(policy)
  if (table === null) return Infinity
  const { daySeconds } = policy
  const day = state?.warmUp === undefined ? 0 : warmUpDay(state.warmUp.firstAt, now, daySeconds)
  const pace = warmUpPace(table, day, daySeconds)
  const messages = table[day]
  if (pace === null || messages === undefined) return Infinity
  const { used, level } = warmUpNow(state?.warmUp, pace, now, daySeconds)
  const promised = promisedNow(state, now)
  const left = messages - used - promised
  if (isUrgent) return Math.max(0, left)
  return Math.max(0, Math.min(left - Math.ceil(messages * leftToUrgent), roomOf(level, pace) - promised))
}

/** Notes that so many messages were let go over this lane. */
export function promise(state: LaneState, messages: number, now: number): LaneState {
  return { ...state, promised: { at: now, messages: promisedNow(state, now) + messages } }
}

function promisedNow(state: LaneState | null, now: number): number {
  const promised = state?.promised
  return promised === undefined || isApart(now, promised.at, promiseSeconds) ? 0 : promised.messages
}
