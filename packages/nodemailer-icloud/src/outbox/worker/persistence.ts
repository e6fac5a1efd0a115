/** Waits between two tries to store something, ms. */
const waitsMs = [100, 300, 1000, 3000, 10_000]

/**
 * Stores what must not be forgotten, such as that a message was sent: tries again as long as the outbox cannot be written,
 * for if it never gets there the message is sent twice.
 */
export class Persistence {
  readonly #warn: (message: string) => void
  #ended = false
  #mostMs = Infinity

  constructor(warn: (message: string) => void) {
    this.#warn = warn
  }

  /** What `write` gives at last; false if the worker ends before that. */
  async write(write: () => Promise<boolean>): Promise<boolean> {
    let failedAt = 0
    for (let tries = 0; ; tries++) {
      try {
        return await write()
      } catch (error) {
        if (tries === 0) {
          failedAt = performance.now()
          this.#warn(`The outbox cannot be written, it is tried again: ${String(error)}`)
        }
        if (this.#ended || (error as { code?: unknown }).code === 'EOUTBOXCLOSED') return false
        if (performance.now() - failedAt >= this.#mostMs) {
          this.#warn(
            `The outbox could not be written until the worker was closed, so a message may be sent twice: ${String(error)}`,
          )
          return false
        }
      }
      const wait = waitsMs[Math.min(tries, waitsMs.length - 1)]
      await new Promise((resolve) => setTimeout(resolve, wait))
    }
  }

  /**
   * The worker is to end: what cannot be written for so long is given up.
   *
   * @param mostMs ms after the first failure
   */
  limit(mostMs: number): void {
    this.#mostMs = mostMs
  }

  /** There is no other try from now on. */
  end(): void {
    this.#ended = true
  }
}
