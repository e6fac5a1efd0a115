import type { Parts } from '../engine-core.ts'
import { EngineError } from '../errors.ts'
import { untilWritten } from '../ledger/conflict.ts'
import { alertData } from '../signals/canary/canary-alert.ts'
import { argument, nameOf, requireAddress } from '../subject.ts'
import { visible } from '../visible.ts'
import { placementAlert } from './placement-alert.ts'
import type { Placement, PlacementChange, PlacementResult } from './seed.ts'
import { mostResults, seedKey, type SeedState } from './seed-state.ts'

const placements: readonly Placement[] = ['inbox', 'junk', 'other', 'missing', 'unknown']
const longestText = 300

/** What {@link Engine.recordPlacement} takes; what is left out is not known. */
export type PlacementRequest = Pick<PlacementResult, 'at' | 'placement'> & Partial<PlacementResult>

/** Answers {@link Engine.recordPlacement}. */
export async function recordPlacement(
  parts: Parts,
  given: string,
  request: PlacementRequest,
): Promise<PlacementChange> {
  const call = 'recordPlacement'
  const address = requireAddress(parts.mailboxOf, given, call)
  const result = resultOf(call, request)
  const { ledger, turns, events } = parts
  const key = seedKey(address)
  return turns.run(address, () =>
    untilWritten(async () => {
      const [entry] = await ledger.read([key])
      const state = entry?.value as SeedState | undefined
      if (entry == null || state === undefined)
        throw new EngineError(
          'EARGUMENT',
          `${call}: this address is no seed; call takeSeedTurn before the send`,
        )
      const before = lastKnown(state.results ?? [], result)
      const changed = before !== null && result.placement !== 'unknown' && before !== result.placement
      const { at, stream, placement, folder, seconds } = result
      const alert = changed ? placementAlert(address, before, result) : null
      const log = [{ at, type: 'placement', subject: address, data: { placement, stream, folder, seconds } }]
      const alarm = alert && [{ at, type: 'alert', subject: address, data: alertData(alert) }]
      const results = [...(state.results ?? []), result].slice(-mostResults)
      const change = { key, expected: entry.version, value: { ...state, results } }
      if (!(await ledger.write([change], [...log, ...(alarm ?? [])]))) return undefined
      if (alert !== null) events.emit('alert', alert)
      return { changed, before }
    }),
  )
}

function lastKnown(results: readonly PlacementResult[], { stream }: PlacementResult): Placement | null {
  const last = results.findLast((one) => one.stream === stream && one.placement !== 'unknown')
  return last?.placement ?? null
}

function resultOf(call: string, request: PlacementRequest): PlacementResult {
  if (typeof request !== 'object' || request === null)
    throw argument(call, 'the result', 'an object', request)
  const { at, placement, folder = null, seconds = null, reason = null } = request
  if (typeof at !== 'number' || !Number.isFinite(at))
    throw argument(call, 'at', 'milliseconds since the epoch', at)
  if (!placements.includes(placement)) throw argument(call, 'placement', placements.join(', '), placement)
  if (seconds !== null && !(Number.isFinite(seconds) && seconds >= 0))
    throw argument(call, 'seconds', 'a number, 0 or more', seconds)
  return {
    at,
    stream: nameOf(request.stream, 'transactional', call, 'stream'),
    placement,
    folder: textOf(call, 'folder', folder),
    seconds,
    reason: textOf(call, 'reason', reason),
  }
}

function textOf(call: string, name: string, value: string | null): string | null {
  if (value === null) return null
  if (typeof value !== 'string') throw argument(call, name, 'a string', value)
  return visible(value.slice(0, longestText))
}
