import { countsKey, type StoredIncident } from './incident.ts'
import type { IncidentParts } from './incidents.ts'
import { untilWritten } from '../ledger/conflict.ts'
import type { Change, Entry } from '../ledger/ledger.ts'
import { bucketOf, type Resolution } from '../signals/buckets.ts'
import { recipientKey, type RecipientState } from '../state/state.ts'
import type { Suppression } from '../state/suppression.ts'
import { addressOfTrace, tracesOfHour, type Trace } from './trace.ts'
import { undoTrace } from './undo-trace.ts'

/** Addresses at a time: they share a write. */
const atOnce = 50

/** Gives recipients back what the replies of an incident did to them from its onset to its end. Says to how many. */
export async function takeBack(
  parts: IncidentParts,
  incident: StoredIncident & { endedAt?: number | null },
  hour: Resolution,
): Promise<number> {
  const { ledger, clock } = parts
  let count = 0
  const last = bucketOf(incident.endedAt ?? clock(), hour)
  // The newest first: a count can only be put back to what it was before the last one. The key is of the time just before
  // its reply was decided on.
  for (let one = last; one >= bucketOf(incident.since, hour) - 1; one--) {
    let entries: Entry<readonly Trace[]>[] = []
    for await (const entry of ledger.list(tracesOfHour(one))) {
      const traces = entry.value as readonly Trace[]
      if (!traces.some((trace) => isCovered(trace, incident))) continue
      entries.push(entry as Entry<readonly Trace[]>)
      if (entries.length < atOnce) continue
      count += await takeBackAll(parts, incident, entries)
      entries = []
    }
    count += await takeBackAll(parts, incident, entries)
  }
  return count
}

async function takeBackAll(
  parts: IncidentParts,
  incident: StoredIncident,
  entries: readonly Entry<readonly Trace[]>[],
): Promise<number> {
  const done = await Promise.all(entries.map(({ key }) => takeBackOne(parts, incident, key)))
  return done.filter((isDone) => isDone).length
}

async function takeBackOne(parts: IncidentParts, incident: StoredIncident, key: string): Promise<boolean> {
  const { ledger, clock, events, turns } = parts
  const address = addressOfTrace(key)
  const { id } = incident
  const undone = await turns.run(address, () =>
    untilWritten(async () => {
      const keys = [key, recipientKey(address)]
      const [entry, recipient] = await ledger.read(keys)
      if (!entry) return { isChanged: false, ended: [] }
      const traces = entry.value as readonly Trace[]
      const covered = traces.filter((trace) => isCovered(trace, incident))
      const before = (recipient?.value ?? {}) as RecipientState
      let state = before
      const ended: Suppression[] = []
      for (const trace of covered.toReversed()) {
        const { state: next, suppression } = undoTrace(state, trace)
        state = next
        if (suppression !== null) ended.push(suppression)
      }
      const kept = traces.filter((trace) => !covered.includes(trace))
      const changes: Change[] = [{ key, expected: entry.version, value: kept.length === 0 ? null : kept }]
      const isChanged = state !== before && recipient !== undefined && recipient !== null
      if (!isChanged) return (await ledger.write(changes)) ? { isChanged, ended } : undefined
      const value = Object.keys(state).length === 0 ? null : state
      changes.push({ key: recipientKey(address), expected: recipient.version, value })
      const at = clock()
      const data = {
        origin: 'reply',
        suppressions: ended.length,
        incident: id,
        rule: covered[0]?.rule ?? null,
      }
      const count = { group: countsKey(id), at, keepMs: keepCountsMs }
      const written = await ledger.write(
        changes,
        [{ at, type: 'release', subject: address, data }],
        [
          { ...count, field: 'taken-back', by: 1 },
          { ...count, field: 'given-up', by: covered.length },
        ],
      )
      return written ? { isChanged, ended } : undefined
    }),
  )
  for (const suppression of undone.ended) events.emit('released', { suppression, incident: id })
  return undone.isChanged
}

/** How long the numbers of an incident are remembered, ms. */
export const keepCountsMs: number = 366 * 86_400_000

function isCovered(trace: Trace, { covers, endedAt }: StoredIncident & { endedAt?: number | null }): boolean {
  return covers.some(
    ({ kind, since }) => kind === trace.kind && trace.at >= since && trace.at <= (endedAt ?? Infinity),
  )
}
