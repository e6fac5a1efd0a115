import { isClosed } from '../decide/decide-hold.ts'
import type { StoredIncident } from './incident.ts'
import type { IncidentParts } from './incidents.ts'
import { untilWritten } from '../ledger/conflict.ts'
import type { HoldRef } from '../record/action.ts'
import { ruleOfKind } from './reply-kind.ts'
import type { ScopeState, StoredHold } from '../state/state.ts'

const prefix = 'scope/'

/**
 * What an incident's replies have closed stays closed, so that Apple is not asked in vain for all of it, but is probed soon
 * and often: the numbers of its rule are for trouble that its sender has to mend.
 */
export async function probeHolds(parts: IncidentParts, incident: StoredIncident): Promise<void> {
  const seconds = parts.policy.incidents.probeSeconds
  await changeHolds(parts, incident, (hold, now) => {
    const probeEverySeconds = Math.min(hold.probeEverySeconds ?? Infinity, seconds)
    const until = Math.min(hold.until, now + seconds * 1000)
    return { ...hold, probeEverySeconds, until }
  })
}

/** Opens what an incident's replies have closed. */
export async function openHolds(parts: IncidentParts, incident: StoredIncident): Promise<void> {
  for (const hold of await changeHolds(parts, incident, () => null)) parts.events.emit('released', { hold })
}

async function changeHolds(
  { ledger, clock }: IncidentParts,
  incident: StoredIncident,
  change: (hold: StoredHold, now: number) => StoredHold | null,
): Promise<HoldRef[]> {
  const isCovered = (hold: StoredHold): boolean =>
    incident.covers.some(({ kind, since }) => ruleOfKind(kind) === hold.rule && hold.since >= since)
  const keys: string[] = []
  for await (const { key, value } of ledger.list(prefix)) {
    const { hold } = value as ScopeState
    if (hold !== undefined && isCovered(hold)) keys.push(key)
  }
  const changed: HoldRef[] = []
  for (const key of keys) {
    const ref = refOf(key)
    const isChanged = await untilWritten(async () => {
      const [entry] = await ledger.read([key])
      const now = clock()
      const state = (entry?.value ?? {}) as ScopeState
      if (!entry || !isClosed(state.hold, now) || !isCovered(state.hold)) return false
      const hold = change(state.hold, now)
      const type = hold === null ? 'scope-released' : 'scope-probed'
      const data = { rule: state.hold.rule, incident: incident.id }
      const value = hold === null ? null : { ...state, hold }
      const written = await ledger.write(
        [{ key, expected: entry.version, value }],
        [{ at: now, type, subject: `${ref.scope}/${ref.id}`, data }],
      )
      return written ? true : undefined
    })
    if (isChanged) changed.push(ref)
  }
  return changed
}

function refOf(key: string): HoldRef {
  const [, scope = '', ...id] = key.split('/')
  return { scope: scope as HoldRef['scope'], id: id.join('/') }
}
