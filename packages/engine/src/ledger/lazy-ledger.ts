import { EngineError } from '../errors.ts'
import type { Change, Count, Counts, Entry, EventQuery, Ledger, LedgerEvent, StoredEvent } from './ledger.ts'
import { openLedger } from './open-ledger.ts'

/** How long a failed opening is answered with the same error before the next try, ms. */
const pauseMs = 1000

/** A ledger that is opened when it is first used, and again a second after that failed. */
export class LazyLedger implements Ledger {
  private readonly url: string
  private ledger: Ledger | null = null
  private opening: Promise<Ledger> | null = null
  private closed = false

  constructor(url: string) {
    this.url = url
  }

  readonly peek = (key: string): Entry | null | undefined => this.ledger?.peek?.(key)

  read(keys: readonly string[]): Promise<(Entry | null)[]> {
    return this.ledger ? this.ledger.read(keys) : this.open().then((ledger) => ledger.read(keys))
  }

  write(
    changes: readonly Change[],
    events?: readonly LedgerEvent[],
    counts?: readonly Count[],
  ): Promise<boolean> {
    return this.ledger
      ? this.ledger.write(changes, events, counts)
      : this.open().then((ledger) => ledger.write(changes, events, counts))
  }

  counts(groups: readonly string[]): Promise<Counts[]> {
    return this.ledger ? this.ledger.counts(groups) : this.open().then((ledger) => ledger.counts(groups))
  }

  async *list(prefix: string): AsyncIterable<Entry> {
    yield* (await this.open()).list(prefix)
  }

  async events(query?: EventQuery): Promise<StoredEvent[]> {
    return (await this.open()).events(query)
  }

  async close(): Promise<void> {
    this.closed = true
    const ledger = await this.opening?.catch(() => null)
    await ledger?.close()
  }

  private open(): Promise<Ledger> {
    if (this.opening) return this.opening
    if (this.closed)
      return Promise.reject(new EngineError('ELEDGERCLOSED', 'the ledger was closed; open another one'))
    const opening = openLedger(this.url)
    this.opening = opening
    opening.then(
      (ledger) => {
        this.ledger = ledger
      },
      () => {
        setTimeout(() => {
          this.opening = null
        }, pauseMs).unref()
      },
    )
    return opening
  }
}
