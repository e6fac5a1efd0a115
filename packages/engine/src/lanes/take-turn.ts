import { decideTurn, type Member, type Turn } from './decide-turn.ts'
import type { LanePolicy } from './lane-policy.ts'
import { laneKey, type LaneState } from './lane-state.ts'
import { untilWritten } from '../ledger/conflict.ts'
import type { Ledger, LedgerEvent } from '../ledger/ledger.ts'

/** A turn that was written, if there was something to write. */
export interface TakenTurn {
  turn: Turn
  /** What was told, and when: ms since the epoch. */
  member: Member
  now: number
}

/** Takes a turn at a lane's entry: one read, and one write if there is something new. */
export function takeTurn(
  { ledger, clock }: { readonly ledger: Ledger; readonly clock: () => number },
  lane: string,
  policy: LanePolicy,
  on: { member: (now: number) => Member; beforeWrite: (turn: Turn) => void },
): Promise<TakenTurn> {
  const key = laneKey(lane)
  return untilWritten(async () => {
    const [entry] = await ledger.read([key])
    const now = clock()
    const member = on.member(now)
    const turn = decideTurn((entry?.value ?? null) as LaneState | null, member, now, policy)
    if (!turn.changed) return { turn, member, now }
    on.beforeWrite(turn)
    const change = { key, expected: entry?.version ?? 0, value: turn.state }
    return (await ledger.write([change], eventsOf(lane, turn, now))) ? { turn, member, now } : undefined
  })
}

function eventsOf(lane: string, { slowed, state }: Turn, now: number): LedgerEvent[] {
  if (!slowed) return []
  const { concurrency, rate, slowedBy: rule } = state
  return [{ at: now, type: 'lane-slowed', subject: lane, data: { rule, concurrency, rate } }]
}
