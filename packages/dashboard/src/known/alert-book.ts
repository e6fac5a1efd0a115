import type { Ledger, StoredEvent } from '@icloud-delivery/engine'
import type { Batch } from '../live/event-tail.ts'

const most = 50

/** The newest alerts. The event log has no index for them, so they are looked for once and then kept by new lines. */
export class AlertBook {
  private readonly ledger: Pick<Ledger, 'events'>
  private readonly byId = new Map<number, StoredEvent>()
  private loading: Promise<void> | null = null
  private isLoaded = false

  constructor(ledger: Pick<Ledger, 'events'>) {
    this.ledger = ledger
  }

  /** The newest first. Rejects if the ledger is out of reach; then it is tried again with the next call. */
  async latest(count: number): Promise<StoredEvent[]> {
    if (!this.isLoaded) await (this.loading ??= this.read().finally(() => (this.loading = null)))
    return [...this.byId.values()].toSorted((a, b) => b.id - a.id).slice(0, count)
  }

  take({ events }: Batch): void {
    for (const event of events) if (event.type === 'alert') this.add(event)
  }

  private async read(): Promise<void> {
    const events = await this.ledger.events({ type: 'alert', limit: most })
    for (const event of events.toReversed()) this.add(event)
    this.isLoaded = true
  }

  private add(event: StoredEvent): void {
    this.byId.set(event.id, event)
    if (this.byId.size > most) this.byId.delete(Math.min(...this.byId.keys()))
  }
}
