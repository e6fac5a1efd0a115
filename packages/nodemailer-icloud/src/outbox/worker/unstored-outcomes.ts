import type { OutboxOutcome } from '../entry.ts'

/** Messages that are remembered. */
const most = 10_000

/**
 * What became of messages whose lease ended before that could be stored, as when Redis is away for longer than a lease. The
 * worker that gets such a message again knows that it was sent; another one cannot, and sends it twice.
 */
export class UnstoredOutcomes {
  readonly #outcomes = new Map<string, readonly OutboxOutcome[]>()

  keep(id: string, outcomes: readonly OutboxOutcome[]): void {
    if (outcomes.length === 0) return
    this.#outcomes.set(id, [...(this.#outcomes.get(id) ?? []), ...outcomes])
    const [oldest] = this.#outcomes.keys()
    if (this.#outcomes.size > most && oldest !== undefined) this.#outcomes.delete(oldest)
  }

  /** They are known to whoever asks, and forgotten here. */
  take(id: string): readonly OutboxOutcome[] {
    const outcomes = this.#outcomes.get(id) ?? []
    this.#outcomes.delete(id)
    return outcomes
  }
}
