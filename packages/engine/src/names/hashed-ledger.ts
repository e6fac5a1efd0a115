import type {
  Change,
  Count,
  Counts,
  Entry,
  EventQuery,
  Ledger,
  LedgerEvent,
  StoredEvent,
} from '../ledger/ledger.ts'
import { isHashedName, type AddressNames } from './address-names.ts'
import { agreeWith } from './agree-with.ts'
import { addressKinds, agreementKey, withoutAgreement } from './key-agreement.ts'
import { withoutAddresses } from './without-addresses.ts'

/** Room for the place of an older key in a version. */
const places = 8

/**
 * A ledger without a plain address in it. Who calls it uses names for addresses already; here texts lose the addresses in
 * them, an entry under an older key is found and moves to the one in use when it is written next, and processes whose keys
 * do not fit are refused.
 */
export class HashedLedger implements Ledger {
  private readonly inner: Ledger
  private readonly names: AddressNames
  private readonly fingerprints: readonly string[]
  /** The version of the agreement that was found to fit. */
  private agreedOn = 0
  /** The first look at it. */
  private agreeing: Promise<unknown> | null = null

  constructor(inner: Ledger, names: AddressNames, fingerprints: readonly string[]) {
    this.inner = inner
    this.names = names
    this.fingerprints = fingerprints
  }

  async read(keys: readonly string[]): Promise<(Entry | null)[]> {
    const asked: string[] = [agreementKey]
    const older = keys.map((key) => {
      asked.push(key)
      return this.olderKeysOf(key)
    })
    for (const some of older) asked.push(...some)
    const [agreement, ...entries] = await this.inner.read(asked)
    await this.agree(agreement ?? null)
    let next = keys.length
    return keys.map((key, index): Entry | null => {
      const first = next
      next += older[index]?.length ?? 0
      const entry = entries[index] ?? null
      if (entry !== null) return entry
      for (let at = first; at < next; at++) {
        const old = entries[at]
        // Not under its own key: the version says where.
        if (old) return { key, value: old.value, version: -(old.version * places + (at - first) + 1) }
      }
      return null
    })
  }

  async write(
    changes: readonly Change[],
    events: readonly LedgerEvent[] = [],
    counts: readonly Count[] = [],
  ): Promise<boolean> {
    if (this.agreedOn === 0) await (this.agreeing ??= this.read([]).finally(() => (this.agreeing = null)))
    return this.inner.write(
      changes.flatMap((change) => this.stored(change)),
      events.map(({ at, type, subject, data }) => ({
        at,
        type,
        subject: subject.includes('@') ? this.names.of(subject) : subject,
        data: withoutAddresses(data, this.names) as Readonly<Record<string, unknown>>,
      })),
      counts,
    )
  }

  counts(groups: readonly string[]): Promise<Counts[]> {
    return this.inner.counts(groups)
  }

  list(prefix: string): AsyncIterable<Entry> {
    return withoutAgreement(this.inner.list(prefix))
  }

  async events(query: EventQuery = {}): Promise<StoredEvent[]> {
    const { subject, limit = 100 } = query
    if (subject === undefined) return this.inner.events(query)
    const names = [subject, ...this.names.olderNamesOf(subject)]
    const found = await Promise.all(names.map((name) => this.inner.events({ ...query, subject: name })))
    return found
      .flat()
      .toSorted((a, b) => b.id - a.id)
      .slice(0, limit)
  }

  async close(): Promise<void> {
    // A write that was the first thing here has yet to begin.
    await this.agreeing?.catch(() => {})
    await this.inner.close()
  }

  private stored({ key, expected, value }: Change): Change[] {
    const kept = value == null ? null : withoutAddresses(value, this.names)
    if (expected >= 0) return [{ key, expected, value: kept }]
    const place = (-expected - 1) % places
    const old = this.olderKeysOf(key)[place]
    const version = (-expected - 1 - place) / places
    if (old === undefined) return [{ key, expected: -1, value: kept }]
    return [
      { key: old, expected: version, value: null },
      ...(kept === null ? [] : [{ key, expected: 0, value: kept }]),
    ]
  }

  private olderKeysOf(key: string): string[] {
    for (const kind of addressKinds) {
      if (!key.startsWith(kind)) continue
      const name = key.slice(kind.length)
      return isHashedName(name) ? this.names.olderNamesOf(name).map((older) => kind + older) : []
    }
    return []
  }

  /** Throws `EADDRESSKEYS` if others hash with keys that do not fit. */
  private async agree(entry: Entry | null): Promise<void> {
    if (entry !== null && entry.version === this.agreedOn) return
    this.agreedOn = await agreeWith(this.inner, this.fingerprints, entry)
  }
}
