import type { AlertKind, Engine } from '@icloud-delivery/engine'
import { alertKey } from './alert-state.ts'
import { placementTroubles } from '../api/placement-troubles.ts'
import type { AlertItem } from './notice.ts'

const ofHolds: ReadonlySet<AlertKind> = new Set(['held', 'ip-blocked', 'ip-not-for-mail'])
/** What no state tells the end of is forgotten after a day, and told again if it comes again. */
const dayMs = 86_400_000
/** A look at an address is a read of its own: so many of them in one turn, and the others in the next ones. */
const mostAddresses = 50

/** What of all that is going on is over. `forgotten`: nothing tells that it is, but it is old. */
export async function overNow(
  engine: Engine,
  open: readonly AlertItem[],
  now: number,
): Promise<{ over: string[]; forgotten: string[] }> {
  const over: string[] = []
  const forgotten: string[] = []
  const has = (test: (item: AlertItem) => boolean): boolean => open.some((item) => test(item))
  const [holds, incidents, canaries, seeds, released] = await Promise.all([
    has(({ kind }) => ofHolds.has(kind)) ? engine.holds() : [],
    has(({ kind }) => kind === 'incident') ? engine.incidents() : [],
    has(({ kind }) => kind === 'canary-stopped') ? engine.canaries() : [],
    has(({ kind }) => kind === 'placement-changed') ? engine.seeds() : [],
    releasedOf(engine, open, now),
  ])
  const astray = new Set(placementTroubles(seeds, now).map(({ address }) => address))
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
    } else if (kind === 'placement-changed') {
      // In the inbox again, in all streams; or nobody has looked for a month, or it is a seed no more.
      if (!astray.has(subject)) over.push(alertKey(item))
    } else if (kind === 'important-suppressed') {
      if (released.has(subject)) over.push(alertKey(item))
    } else if (now - at > dayMs) forgotten.push(alertKey(item))
  }
  return { over, forgotten }
}

/** Which of the important addresses are not suppressed by a reply any more. */
async function releasedOf(engine: Engine, open: readonly AlertItem[], now: number): Promise<Set<string>> {
  const all = open.filter(({ kind }) => kind === 'important-suppressed').map(({ subject }) => subject)
  const from = all.length > mostAddresses ? Math.floor(now / 1000) % all.length : 0
  const some = [...all.slice(from), ...all.slice(0, from)].slice(0, mostAddresses)
  const records = await Promise.all(some.map((address) => engine.address(address)))
  return new Set(
    some.filter((_, index) => !records[index]?.suppressions.some(({ origin }) => origin === 'reply')),
  )
}
