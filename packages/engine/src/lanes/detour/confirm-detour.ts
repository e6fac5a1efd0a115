import type { Parts } from '../../engine-core.ts'
import { untilWritten } from '../../ledger/conflict.ts'
import { laneKey, type LaneState } from '../lane-state.ts'
import { argument, nameOf } from '../../subject.ts'

/** Answers {@link Engine.confirmDetour}. */
export async function confirmDetour(parts: Parts, request: { lane: string }): Promise<boolean> {
  if (typeof request?.lane !== 'string') throw argument('confirmDetour', 'lane', 'a string', request?.lane)
  const { ledger, clock } = parts
  const lane = nameOf(request.lane, 'default', 'confirmDetour', 'lane')
  const key = laneKey(lane)
  return untilWritten(async () => {
    const [entry] = await ledger.read([key])
    const state = entry?.value as LaneState | undefined
    if (!entry || state?.detour === undefined) return false
    const { to, since, stream, confirmed, stopped } = state.detour
    if (confirmed === true && stopped === undefined) return false
    const value: LaneState = { ...state, detour: { to, since, stream, confirmed: true } }
    const event = { at: clock(), type: 'detour-confirmed', subject: lane, data: { to, stream } }
    return (await ledger.write([{ key, expected: entry.version, value }], [event])) ? true : undefined
  })
}
