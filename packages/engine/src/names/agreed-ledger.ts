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
import { agreeWith } from './agree-with.ts'
import { agreementKey, withoutAgreement } from './key-agreement.ts'

/** A ledger with plain addresses: before the first use it is made sure that nobody hashes the addresses in it. */
export class AgreedLedger implements Ledger {
  private readonly inner: Ledger
  private agreed = false
  private agreeing: Promise<void> | null = null

  constructor(inner: Ledger) {
    this.inner = inner
  }

  readonly peek = (key: string): Entry | null | undefined =>
    this.agreed ? this.inner.peek?.(key) : undefined

  read(keys: readonly string[]): Promise<(Entry | null)[]> {
    return this.agreed ? this.inner.read(keys) : this.agree().then(() => this.inner.read(keys))
  }

  write(
    changes: readonly Change[],
    events?: readonly LedgerEvent[],
    counts?: readonly Count[],
  ): Promise<boolean> {
    return this.agreed
      ? this.inner.write(changes, events, counts)
      : this.agree().then(() => this.inner.write(changes, events, counts))
  }

  counts(groups: readonly string[]): Promise<Counts[]> {
    return this.inner.counts(groups)
  }

  list(prefix: string): AsyncIterable<Entry> {
    return withoutAgreement(this.inner.list(prefix))
  }

  events(query?: EventQuery): Promise<StoredEvent[]> {
    return this.inner.events(query)
  }

  async close(): Promise<void> {
    // A write that was the first thing here has yet to begin.
    await this.agreeing?.catch(() => {})
    await this.inner.close()
  }

  /** Once; again after it failed. */
  private agree(): Promise<void> {
    this.agreeing ??= this.look().finally(() => {
      this.agreeing = null
    })
    return this.agreeing
  }

  private async look(): Promise<void> {
    const [entry] = await this.inner.read([agreementKey])
    await agreeWith(this.inner, [], entry ?? null)
    this.agreed = true
  }
}
