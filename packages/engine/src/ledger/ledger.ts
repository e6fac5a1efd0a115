/**
 * One remembered thing. `value` is JSON-serialisable. Others may be given the same entry: it is never changed, neither by the
 * ledger nor by who reads it.
 */
export interface Entry<T = unknown> {
  readonly key: string
  readonly value: T
  /** Grows with each write. 0 does not occur: it stands for "absent" in a {@link Change}. */
  readonly version: number
}

/** A compare-and-set. */
export interface Change {
  key: string
  /** The version that was read, 0 if it was absent. */
  expected: number
  /** `null` deletes. */
  value: unknown
}

/** One line of the event log. */
export interface LedgerEvent {
  at: number
  type: string
  /** The address, lane, domain or stream that it is about. */
  subject: string
  data: Readonly<Record<string, unknown>>
}

/** A stored {@link LedgerEvent}. */
export interface StoredEvent extends LedgerEvent {
  id: number
}

/** What is asked of the event log. */
export interface EventQuery {
  subject?: string
  type?: string
  limit?: number
  /** The id of an event, to go on where the last answer ended. */
  before?: number
}

/**
 * A number that is added to. Counts of a span of time stand together in a group, are read together, and are forgotten
 * together. They need no compare-and-set: writers never disturb each other.
 */
export interface Count {
  /** Such as `rate/600/2941/stream/default/marketing`. */
  group: string
  field: string
  by: number
  /** ms since the epoch on the engine's clock. */
  at: number
  /** The group may be forgotten so many ms after `at`. */
  keepMs: number
}

/** A group of counts as it was read; empty if there is none. */
export type Counts = Readonly<Record<string, number>>

/**
 * What the engine remembers by. It stores; it decides nothing. Every ledger passes the same contract test.
 *
 * Keys are `recipient/<address>`, `scope/<kind>/<id>` and the like; the engine makes them.
 */
export interface Ledger {
  /**
   * The entry if it can be had without waiting, as of now; `null` where there is none. `undefined`: it has to be read. For ledgers
   * where a look takes less than a promise, or not much more.
   */
  readonly peek?: (this: void, key: string) => Entry | null | undefined
  /** Entries in the order of the keys; `null` where there is none. One round trip. */
  read(keys: readonly string[]): Promise<(Entry | null)[]>
  /**
   * Writes all changes, events and counts, or none: `false` if any `expected` version no longer holds. Resolves when
   * the write is durable.
   */
  write(
    changes: readonly Change[],
    events?: readonly LedgerEvent[],
    counts?: readonly Count[],
  ): Promise<boolean>
  /** Counts in the order of the groups. One round trip. */
  counts(groups: readonly string[]): Promise<Counts[]>
  /** Entries whose key begins with `prefix`, in key order. */
  list(prefix: string): AsyncIterable<Entry>
  /** Events, newest first; with `before` only those whose id is less. At most `limit`, by default 100. */
  events(query?: EventQuery): Promise<StoredEvent[]>
  /** Look-ups and writes that were asked for before end first; what comes later rejects with `ELEDGERCLOSED`. */
  close(): Promise<void>
}
