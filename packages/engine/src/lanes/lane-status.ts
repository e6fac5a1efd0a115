import type { Detour } from './detour/detour.ts'
import { livingLeases } from './decide-turn.ts'
import type { Lane } from './lane.ts'
import { concurrencyOf, measuredRate, rateOf } from './lane-pace.ts'
import { warmUpTable, type LanePolicy } from './lane-policy.ts'
import { reserved } from './lane-shares.ts'
import type { LaneState } from './lane-state.ts'
import { warmUpNow } from './warm-up.ts'

/** How a lane stands. */
export interface LaneStatus {
  lane: string
  /** Connections that it gives now, and at most. */
  concurrency: number
  ceiling: number
  /** How many of them are for urgent mail alone. */
  reserved: number
  /** Messages a second that it gives now; `null`: no limit. */
  rate: number | null
  /** Messages a second that Apple accepted over the last minutes, as far as that was told. */
  acceptedRate: number
  /** Connections that processes hold, and which ones; `bulk` of them may carry mail that is not urgent. */
  leased: number
  holders: readonly { holder: string; slots: number; bulk: number; renewedAt: number }[]
  /** In this process: connections in use, and callers that wait, by stream. */
  inUse: number
  waiting: Readonly<Record<string, number>>
  /** The last slow-down: ms since the epoch, and the rule of the reply. */
  slowed: { at: number; rule: string } | null
  /** The day of the warm-up, from 1, its messages, and how many of them went; `null`: there is none, or it is over. */
  warmUp: { day: number; messages: number; used: number } | null
  /** The last block that mail went around, if there was one. */
  detour: Detour | null
}

export function statusOf(
  name: string,
  state: LaneState,
  policy: LanePolicy,
  here: Lane | undefined,
  now: number,
): LaneStatus {
  const concurrency = concurrencyOf(state, policy)
  const holders = Object.entries(livingLeases(state, now, policy)).map(([holder, { slots, bulk, at }]) => ({
    holder,
    slots,
    bulk,
    renewedAt: at,
  }))
  const { slowedAt, slowedBy } = state
  const used = here?.room.used ?? { urgent: 0, bulk: 0 }
  return {
    lane: name,
    concurrency,
    ceiling: policy.ceiling,
    reserved: reserved(concurrency, policy.reserve),
    rate: rateOf(state, policy),
    acceptedRate: measuredRate(state, policy, now),
    leased: holders.reduce((sum, { slots }) => sum + slots, 0),
    holders,
    inUse: used.urgent + used.bulk,
    waiting: Object.fromEntries(
      [...(here?.waiting.byStream() ?? [])].map(({ stream, waiting }) => [stream, waiting]),
    ),
    slowed: slowedAt === undefined || slowedBy === undefined ? null : { at: slowedAt, rule: slowedBy },
    warmUp: warmUpStatus(state, policy, now),
    detour: state.detour ?? null,
  }
}

function warmUpStatus(state: LaneState, policy: LanePolicy, now: number): LaneStatus['warmUp'] {
  const table = warmUpTable(policy)
  if (table === null || state.warmUp === undefined) return null
  const { day, used } = warmUpNow(state.warmUp, null, now, policy.daySeconds)
  const messages = table[day]
  return messages === undefined ? null : { day: day + 1, messages, used }
}
