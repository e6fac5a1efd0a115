import type { AddressRecord, Engine, StoredEvent, Suppression } from '@icloud-delivery/engine'
import type { Batch } from '../live/event-tail.ts'

/** What a search found. */
export interface Found {
  /** Addresses that are suppressed for something, in order. */
  addresses: string[]
  /** The address to go on behind; `null` at the end. */
  next: string | null
  /** How many are suppressed altogether; `null` while that is being read. */
  total: number | null
}

const mostRemembered = 2_000_000
const changing: ReadonlySet<string> = new Set(['suppress', 'release', 'delivered'])

/**
 * The addresses that are suppressed, in memory, so that any part of one is found at once, whatever the ledger: 100 bytes each.
 * Read once, and kept true by the event log. What the log does not tell address by address, such as an import, makes it read
 * anew.
 */
export class SuppressionBook {
  private readonly engine: Engine
  private addresses = new Set<string>()
  private sorted: string[] | null = null
  private reading: Promise<void> | null = null
  private isStale = true
  /** Whether all addresses were known at some time: then a search need not wait. */
  wasRead = false
  private changedWhileReading = new Set<string>()

  constructor(engine: Engine) {
    this.engine = engine
  }

  /** How many addresses are suppressed; `null` while that is being read. */
  get size(): number | null {
    return this.isStale || this.reading !== null ? null : this.addresses.size
  }

  /** Resolves when all addresses are known, whoever had them read. Rejects if the ledger is out of reach. */
  async load(): Promise<void> {
    while (this.isStale || this.reading !== null)
      await (this.reading ??= this.read().finally(() => (this.reading = null)))
  }

  /** All that was read is in doubt. */
  forget(): void {
    this.isStale = true
  }

  /** Takes new lines of the event log. */
  async take({ events, gap }: Batch): Promise<void> {
    if (gap || events.some(changesMany)) this.isStale = true
    const touched = new Set<string>()
    for (const { type, subject } of events) {
      if (!changing.has(type) || !subject.includes('@')) continue
      // A delivery suppresses nobody, and frees only who is known here.
      if (type === 'delivered' && !this.addresses.has(subject)) continue
      touched.add(subject)
      if (this.reading !== null) this.changedWhileReading.add(subject)
    }
    if (this.isStale) {
      // Whoever searches meanwhile gets what was known before.
      if (this.wasRead) await this.load()
      return
    }
    for (const address of touched) await this.look(address)
  }

  /**
   * Suppressed addresses that hold a text, any case.
   *
   * @param after go on behind this address
   */
  find(text: string, after: string | null, limit: number): Found {
    const wanted = text.toLowerCase()
    this.sorted ??= [...this.addresses].toSorted()
    const found: string[] = []
    const from = after === null ? 0 : firstBehind(this.sorted, after)
    for (let index = from; index < this.sorted.length; index++) {
      const address = this.sorted[index] ?? ''
      if (!address.includes(wanted)) continue
      if (found.length === limit) return { addresses: found, next: found.at(-1) ?? null, total: this.size }
      found.push(address)
    }
    return { addresses: found, next: null, total: this.size }
  }

  /** Looks at one address anew. */
  async look(address: string): Promise<void> {
    const record = await this.engine.address(address)
    this.put(record.recipient, record.suppressions.length > 0)
  }

  private put(address: string, isSuppressed: boolean): void {
    if (isSuppressed === this.addresses.has(address)) return
    if (isSuppressed) this.addresses.add(address)
    else this.addresses.delete(address)
    this.sorted = null
  }

  private async read(): Promise<void> {
    this.isStale = false
    this.changedWhileReading = new Set()
    const addresses = new Set<string>()
    let rows = 0
    try {
      for await (const { recipient } of this.engine.suppressions()) {
        if (addresses.size < mostRemembered) addresses.add(recipient)
        // However quick the ledger is, others get their turn.
        if (++rows % 500 === 0) await new Promise(setImmediate)
      }
    } catch (error) {
      this.isStale = true
      throw error
    }
    this.addresses = addresses
    this.sorted = null
    this.wasRead = true
    for (const address of this.changedWhileReading) await this.look(address)
  }
}

function changesMany({ type, subject, data }: StoredEvent): boolean {
  return type === 'audit' && (subject === 'import' || subject === 'release') && data.dryRun !== true
}

/** The index of the first one that is greater. */
function firstBehind(sorted: readonly string[], text: string): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] ?? '') <= text) low = middle + 1
    else high = middle
  }
  return low
}

/** What a list shows of one address. */
export interface SuppressedAddress {
  recipient: string
  suppressions: readonly Suppression[]
}

export function suppressedAddress({ recipient, suppressions }: AddressRecord): SuppressedAddress {
  return { recipient, suppressions }
}
