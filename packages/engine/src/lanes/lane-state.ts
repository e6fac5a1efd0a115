import type { Detour } from './detour/detour.ts'
import type { Level } from './level.ts'
import type { Meter } from './meter.ts'
import type { WarmUp } from './warm-up.ts'

/** What one process holds of a lane. */
export interface Lease {
  /** Connections that it may have. */
  slots: number
  /** How many of them may carry mail that is not urgent. */
  bulk: number
  /** Connections that it has or could use at once: for urgent mail, and for other mail. */
  wants: readonly [urgent: number, bulk: number]
  /** ms since the epoch of the last renewal. */
  at: number
}

/** What is stored under `lane/<id>`. */
export interface LaneState {
  /** Connections that the lane gives now. */
  concurrency: number
  /** Messages a second that it gives now; `null`: no limit. */
  rate: number | null
  /** The rate that Apple objected to; it rises by a tenth of this. */
  objectedRate?: number
  /** ms since the epoch of the last slow-down, and the rule of the reply. */
  slowedAt?: number
  slowedBy?: string
  /** ms since the epoch of the last raise or slow-down. */
  changedAt: number
  /** Messages that Apple accepted since. */
  accepted: number
  /** How fast Apple accepts them. */
  meter?: Meter
  /** By process. */
  leases: Readonly<Record<string, Lease>>
  warmUp?: WarmUp
  /** How far each stream is ahead of its even pace. */
  spread?: Readonly<Record<string, Level>>
  /** Where mail goes while Apple blocks this lane's IP. */
  detour?: Detour
  /** Messages of another lane that were let go over this one, and have not entered it yet. */
  promised?: { at: number; messages: number }
}

export const lanePrefix = 'lane/'

/** The ledger key of a lane. */
export function laneKey(lane: string): string {
  return lanePrefix + lane
}

/**
 * Whether two times are more than so many seconds apart, in either direction: a clock that jumped back must not keep
 * anything from ending.
 */
export function isApart(now: number, then: number, seconds: number): boolean {
  return Math.abs(now - then) > seconds * 1000
}
