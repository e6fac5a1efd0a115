import { EngineError } from '../errors.ts'
import { copyOf } from './copy-of.ts'
import { CountGroups } from './count-groups.ts'
import { checkEventBounds, type EventBounds } from './event-bounds.ts'
import { EventCuts, isCut } from './event-cuts.ts'
import type { Entry, Ledger, LedgerEvent, StoredEvent } from './ledger.ts'

type Entries = Map<string, Entry>

const recipientPrefix = 'recipient/'
const scopePrefix = 'scope/'

/**
 * A ledger in this process's memory, for tests and for hosts that have nothing to remember across a restart. Values are
 * copied when they are written; everybody who reads an entry gets the same one. The data of an event is the ledger's once it
 * is written.
 *
 * @param options how much of the event log is kept; `maxEvents` is 10,000 by default
 * @throws EngineError `EARGUMENT` for an option out of range
 */
export function memoryLedger(options: EventBounds = {}): Ledger {
  const { maxEvents, maxEventAgeSeconds } = checkEventBounds(options, 10_000)
  const cuts = new EventCuts(maxEventAgeSeconds)
  // Whoever lists the few holds or incidents must not go through millions of recipients, readers or traces.
  const recipients: Entries = new Map()
  const scopes: Entries = new Map()
  const drawers = new Map([
    [kindOf(recipientPrefix), recipients],
    [kindOf(scopePrefix), scopes],
  ])
  const drawerOf = (key: string): Entries => {
    // Nearly all keys are of these two kinds.
    if (key.startsWith(recipientPrefix)) return recipients
    if (key.startsWith(scopePrefix)) return scopes
    const kind = kindOf(key)
    let entries = drawers.get(kind)
    if (entries === undefined) drawers.set(kind, (entries = new Map<string, Entry>()))
    return entries
  }
  const drawersOf = (prefix: string): Entries[] => {
    if (prefix.includes('/')) return [drawerOf(prefix)]
    return [...drawers].flatMap(([kind, entries]) => (kind.startsWith(prefix) ? [entries] : []))
  }
  const find = (key: string): Entry | null => drawerOf(key).get(key) ?? null
  const groups = new CountGroups()
  let log: StoredEvent[] = []
  let lastVersion = 0
  let lastEvent = 0
  let closed = false

  function refuseIfClosed(): void {
    if (closed) throw new EngineError('ELEDGERCLOSED', 'the ledger was closed; open another one')
  }

  function append(events: readonly LedgerEvent[]): void {
    // Lines are written far more often than read, so they are copied when they are read.
    for (const { at, type, subject, data } of events) {
      log.push({ id: ++lastEvent, at, type, subject, data })
      cuts.note(at)
    }
    // Cutting in steps keeps the cost of one event constant.
    if (log.length > maxEvents * 1.25) log = log.slice(-maxEvents)
    const cut = cuts.take()
    if (cut === null) return
    const firstKept = log.findIndex(({ at }) => !isCut(at, cut))
    if (firstKept !== 0) log = firstKept === -1 ? [] : log.slice(firstKept)
  }

  return {
    peek: (key) => (closed ? undefined : find(key)),

    async read(keys) {
      refuseIfClosed()
      return keys.map(find)
    },

    async write(changes, events = [], counts = []) {
      refuseIfClosed()
      const values = changes.map((change) => copyOf(change.value ?? null))
      if (changes.some(({ key, expected }) => (find(key)?.version ?? 0) !== expected)) return false
      changes.forEach(({ key }, index) => {
        const value = values[index]
        if (value === null) drawerOf(key).delete(key)
        else drawerOf(key).set(key, { key, version: ++lastVersion, value })
      })
      append(events)
      for (const count of counts) groups.add(count)
      return true
    },

    async counts(names) {
      refuseIfClosed()
      return names.map((name) => groups.get(name))
    },

    async *list(prefix) {
      refuseIfClosed()
      const keys: string[] = []
      for (const entries of drawersOf(prefix)) {
        for (const key of entries.keys()) if (key.startsWith(prefix)) keys.push(key)
      }
      keys.sort()
      for (const key of keys) {
        const entry = find(key)
        if (entry) yield entry
      }
    },

    async events({ subject, type, limit = 100, before = Infinity } = {}) {
      refuseIfClosed()
      const found: StoredEvent[] = []
      const oldest = Math.max(0, log.length - maxEvents)
      for (let i = log.length - 1; i >= oldest && found.length < limit; i--) {
        const event = log[i]
        if (!event || event.id >= before || (subject !== undefined && event.subject !== subject)) continue
        if (type === undefined || event.type === type) found.push(structuredClone(event))
      }
      return found
    },

    async close() {
      closed = true
    },
  }
}

/** What stands before the first slash. */
function kindOf(key: string): string {
  const end = key.indexOf('/')
  return end < 0 ? key : key.slice(0, end)
}
