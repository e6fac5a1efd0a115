import { EngineError } from '../errors.ts'
import { copyOf, plainCopyOf } from './copy-of.ts'
import { CountGroups } from './count-groups.ts'
import { checkEventBounds, type EventBounds } from './event-bounds.ts'
import { EventCuts, isCut } from './event-cuts.ts'
import type { Change, Entry, Ledger, LedgerEvent, StoredEvent } from './ledger.ts'

interface Slot {
  version: number
  value: unknown
}

const recipientPrefix = 'recipient/'

/**
 * A ledger in this process's memory, for tests and for hosts that have nothing to remember across a restart. Values are
 * copied in and out, so that what is read is never what somebody else still holds. The data of an event is the ledger's once
 * it is written.
 *
 * @param options how much of the event log is kept; `maxEvents` is 10,000 by default
 * @throws EngineError `EARGUMENT` for an option out of range
 */
export function memoryLedger(options: EventBounds = {}): Ledger {
  const { maxEvents, maxEventAgeSeconds } = checkEventBounds(options, 10_000)
  const cuts = new EventCuts(maxEventAgeSeconds)
  // Whoever lists the few holds or incidents must not go through millions of recipients, readers or traces.
  const recipients = new Map<string, Slot>()
  const drawers = new Map([[kindOf(recipientPrefix), recipients]])
  const slotsOf = (key: string): Map<string, Slot> => {
    if (key.startsWith(recipientPrefix)) return recipients
    const kind = kindOf(key)
    let slots = drawers.get(kind)
    if (slots === undefined) drawers.set(kind, (slots = new Map<string, Slot>()))
    return slots
  }
  const mapsOf = (prefix: string): Map<string, Slot>[] => {
    if (prefix.includes('/')) return [slotsOf(prefix)]
    return [...drawers].flatMap(([kind, slots]) => (kind.startsWith(prefix) ? [slots] : []))
  }
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
    async read(keys) {
      refuseIfClosed()
      return keys.map((key) => {
        const slot = slotsOf(key).get(key)
        return slot ? entryOf(key, slot) : null
      })
    },

    async write(changes, events = [], counts = []) {
      refuseIfClosed()
      const values = changes.map((change) => copyOf(change.value ?? null))
      if (changes.some((change) => (slotsOf(change.key).get(change.key)?.version ?? 0) !== change.expected))
        return false
      changes.forEach((change: Change, index) => {
        const value = values[index]
        const slots = slotsOf(change.key)
        if (value === null) slots.delete(change.key)
        else slots.set(change.key, { version: ++lastVersion, value })
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
      for (const slots of mapsOf(prefix)) {
        for (const key of slots.keys()) if (key.startsWith(prefix)) keys.push(key)
      }
      keys.sort()
      for (const key of keys) {
        const slot = slotsOf(key).get(key)
        if (slot) yield entryOf(key, slot)
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

function entryOf(key: string, slot: Slot): Entry {
  return { key, version: slot.version, value: plainCopyOf(slot.value) }
}

/** What stands before the first slash. */
function kindOf(key: string): string {
  const end = key.indexOf('/')
  return end < 0 ? key : key.slice(0, end)
}
