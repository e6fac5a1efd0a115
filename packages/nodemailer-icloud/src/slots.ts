/** Of so many turns one is for those who are not urgent, as in the engine's lanes: nobody waits for ever. */
const othersEvery = 20

/** So many may be inside at once; the rest wait in order, what is urgent before what is not. */
export class Slots {
  #free: number
  readonly #urgent: (() => void)[] = []
  readonly #others: (() => void)[] = []
  #turns = 0

  constructor(size: number) {
    this.#free = size
  }

  /**
   * Resolves with true once a slot is yours, in the order of the calls: give it back with {@link leave}. Resolves with
   * false, and without a slot, as soon as the signal is aborted.
   */
  enter(signal?: AbortSignal | null, isUrgent = false): Promise<boolean> {
    if (signal?.aborted) return Promise.resolve(false)
    if (this.#free > 0) {
      this.#free--
      return Promise.resolve(true)
    }
    const waiting = isUrgent ? this.#urgent : this.#others
    return new Promise((resolve) => {
      const go = () => {
        signal?.removeEventListener('abort', stop)
        resolve(true)
      }
      const stop = () => {
        waiting.splice(waiting.indexOf(go), 1)
        resolve(false)
      }
      waiting.push(go)
      signal?.addEventListener('abort', stop, { once: true })
    })
  }

  /** Gives a slot back: it is the next one's. */
  leave(): void {
    const othersFirst = ++this.#turns % othersEvery === 0
    const next = othersFirst
      ? (this.#others.shift() ?? this.#urgent.shift())
      : (this.#urgent.shift() ?? this.#others.shift())
    if (next) next()
    else this.#free++
  }
}
