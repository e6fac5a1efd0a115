import type { AlertKind, Engine } from '@icloud-delivery/engine'
import { alertKey } from './alert-state.ts'
import type { AlertItem } from './notice.ts'

const ofHolds: ReadonlySet<AlertKind> = new Set(['held', 'ip-blocked', 'ip-not-for-mail'])
/** Kinds that no state tells the end of: forgotten after a day, and told again if they come again. */
const dayMs = 86_400_000

/** What of all that is going on is over. `forgotten`: nothing tells that it is, but it is old. */
export async function overNow(
  engine: Engine,
  open: readonly AlertItem[],
  now: number,
): Promise<{ over: string[]; forgotten: string[] }> {
  const over: string[] = []
  const forgotten: string[] = []
  const has = (test: (item: AlertItem) => boolean): boolean => open.some((item) => test(item))
  const [holds, incidents, canaries] = await Promise.all([
    has(({ kind }) => ofHolds.has(kind)) ? engine.holds() : [],
    has(({ kind }) => kind === 'incident') ? engine.incidents() : [],
    has(({ kind }) => kind === 'canary-stopped') ? engine.canaries() : [],
  ])
  const held = new Set(holds.map(({ scope, id }) => `${scope}/${id}`))
  for (const item of open) {
    const { kind, subject, at } = item
    if (ofHolds.has(kind)) {
      // The alert of a detour names the lane alone.
      if (!held.has(subject) && !held.has(`sending-ip/${subject}`)) over.push(alertKey(item))
    } else if (kind === 'incident') {
      const incident = incidents.find(({ id }) => id === subject)
      if (incident === undefined || incident.endedAt !== null) over.push(alertKey(item))
    } else if (kind === 'canary-stopped') {
      if (canaries.find(({ id }) => id === subject)?.verdict !== 'stop') over.push(alertKey(item))
    } else if (kind === 'ledger-out-of-reach') {
      // The ledger has just answered.
      over.push(alertKey(item))
    } else if (now - at > dayMs) forgotten.push(alertKey(item))
  }
  return { over, forgotten }
}
