/** Limits as Apple has them. Apple publishes no numbers; these are yours to choose. */
export interface Limits {
  /** More messages to one recipient within 60 seconds get the reply of `rate-limited`. A whole number from 0. Default: no limit. */
  messagesPerRecipientPerMinute?: number
  /** More connections open at once from one IP address get the reply of `ip-deferred` and are closed. A whole number from 1. Default: no limit. */
  connectionsPerClient?: number
}

const minute = 60_000

/** Counts the messages to each recipient within the last minute. */
export class RecipientRate {
  readonly #limit: number
  readonly #clock: () => number
  readonly #times = new Map<string, number[]>()

  constructor(limit: number, clock: () => number) {
    this.#limit = limit
    this.#clock = clock
  }

  /** Counts one more message. Returns `false`, and does not count it, if it is one too many. */
  take(recipient: string): boolean {
    if (this.#limit === Infinity) return true
    const now = this.#clock()
    const key = recipient.toLowerCase()
    const recent = (this.#times.get(key) ?? []).filter((time) => time > now - minute)
    this.#times.set(key, recent)
    if (recent.length >= this.#limit) return false
    recent.push(now)
    return true
  }

  reset(): void {
    this.#times.clear()
  }
}
