import { isClosed } from '../decide/decide-hold.ts'
import type { Closings } from './find-closings.ts'
import type { StoredIncident } from './incident.ts'
import type { IncidentParts } from './incidents.ts'
import { untilWritten } from '../ledger/conflict.ts'
import type { HoldRef } from '../record/action.ts'
import { ruleOfKind } from './reply-kind.ts'
import { scopeKey, type ScopeState, type StoredHold } from '../state/state.ts'

const prefix = 'scope/'

/**
 * What an incident's replies have closed stays closed, so that Apple is not asked in vain for all of it, but is probed soon
 * and often: the numbers of its rule are for trouble that its sender has to mend.
 */
export async function probeHolds(parts: IncidentParts, incident: StoredIncident): Promise<void> {
  const seconds = parts.policy.incidents.probeSeconds
  await changeHolds(parts, incident, (held, now) => {
    const { engagedOnlySeconds: _, soonSeconds: __, ...hold } = held
    const probeEverySeconds = Math.min(hold.probeEverySeconds ?? Infinity, seconds)
    const until = Math.min(hold.until, now + seconds * 1000)
    return { ...hold, probeEverySeconds, until }
  })
}

/**
 * Has Apple asked soon whether it still refuses everything, with one message of each stream: after a minute, then after two
 * more, and so on, until the ordinary interval is shorter. What comes after the hold stays as it is.
 */
export async function askSoon(parts: IncidentParts, { kind, places }: Closings): Promise<void> {
  const { ledger, clock, signals } = parts
  const { width } = signals.resolutions.minute
  for (const { lane, stream } of places) {
    const key = scopeKey({ scope: 'stream', id: `${lane}/${stream}` })
    await untilWritten(async () => {
      const [entry] = await ledger.read([key])
      const now = clock()
      const state = (entry?.value ?? {}) as ScopeState
      const { hold } = state
      if (!entry || !isClosed(hold, now) || hold.rule !== ruleOfKind(kind)) return false
      if (hold.probeEverySeconds === null) return false
      const soonSeconds = Math.min(hold.soonSeconds ?? Infinity, (2 * width) / 1000)
      const sooner = { ...hold, until: Math.min(hold.until, now + width), soonSeconds }
      const event = {
        at: now,
        type: 'scope-probed',
        subject: `stream/${lane}/${stream}`,
        data: { rule: hold.rule },
      }
      const value = { ...state, hold: sooner }
      return (await ledger.write([{ key, expected: entry.version, value }], [event])) ? true : undefined
    })
  }
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
  const keys: string[] = []
  for await (const { key, value } of ledger.list(prefix))
    if (isTouched(value as ScopeState, incident)) keys.push(key)
  const changed: HoldRef[] = []
  for (const key of keys) {
    const ref = refOf(key)
    const isChanged = await untilWritten(async () => {
      const [entry] = await ledger.read([key])
      const now = clock()
      const { engagedOnly, ...state } = (entry?.value ?? {}) as ScopeState
      const kept = engagedOnly && !isOf(engagedOnly, incident) ? { ...state, engagedOnly } : state
      const held = isClosed(state.hold, now) && isOf(state.hold, incident) ? state.hold : null
      if (!entry || (held === null && !(engagedOnly && kept === state))) return false
      const write = { key, expected: entry.version }
      if (held === null) return (await ledger.write([{ ...write, value: kept }])) ? false : undefined
      const hold = change(held, now)
      const type = hold === null ? 'scope-released' : 'scope-probed'
      const data = { rule: held.rule, incident: incident.id }
      const { hold: _, counts: __, ...open } = kept
      const value = hold !== null ? { ...kept, hold } : Object.keys(open).length === 0 ? null : open
      const written = await ledger.write(
        [{ ...write, value }],
        [{ at: now, type, subject: `${ref.scope}/${ref.id}`, data }],
      )
      return written ? true : undefined
    })
    if (isChanged) changed.push(ref)
  }
  return changed
}

/** Whether a scope was closed, or goes on with few, for what was Apple's own trouble. */
function isTouched({ hold, engagedOnly }: ScopeState, incident: StoredIncident): boolean {
  return (
    (hold !== undefined && isOf(hold, incident)) || (engagedOnly !== undefined && isOf(engagedOnly, incident))
  )
}

function isOf({ rule, since }: { rule: string; since: number }, incident: StoredIncident): boolean {
  return incident.covers.some((covered) => ruleOfKind(covered.kind) === rule && since >= covered.since)
}

function refOf(key: string): HoldRef {
  const [, scope = '', ...id] = key.split('/')
  return { scope: scope as HoldRef['scope'], id: id.join('/') }
}
