import { isClosed } from '../decide/decide-hold.ts'
import type { Change, Ledger, LedgerEvent } from '../ledger/ledger.ts'
import type { ChangesDecision } from './decide-changes.ts'
import type { SignalsPolicy } from './signals-policy.ts'
import { scopeKey, type ScopeState, type StoredHold } from '../state/state.ts'

/**
 * What is to be written to hold marketing on the lanes of new alerts, if the policy wants it. The hold ends by itself; a
 * lane whose marketing is held already is left alone.
 */
export async function holdMarketing(
  ledger: Ledger,
  { lanes, alerts }: ChangesDecision,
  now: number,
  { holdMarketingSeconds: forSeconds }: SignalsPolicy,
): Promise<{ changes: Change[]; events: LedgerEvent[] }> {
  const rule = alerts[0]?.kind
  if (forSeconds === null || rule === undefined) return { changes: [], events: [] }
  const ids = lanes.map((lane) => `${lane}/marketing`)
  const keys = ids.map((id) => scopeKey({ scope: 'stream', id }))
  const entries = await ledger.read(keys)
  const hold: StoredHold = {
    rule,
    since: now,
    until: now + forSeconds * 1000,
    probeEverySeconds: null,
    forSeconds,
    probe: null,
    reply: '',
  }
  const changes: Change[] = []
  const events: LedgerEvent[] = []
  keys.forEach((key, index) => {
    const state = (entries[index]?.value ?? {}) as ScopeState
    if (isClosed(state.hold, now)) return
    changes.push({ key, expected: entries[index]?.version ?? 0, value: { ...state, hold } })
    events.push({ at: now, type: 'scope-held', subject: `stream/${ids[index]}`, data: { rule } })
  })
  return { changes, events }
}
