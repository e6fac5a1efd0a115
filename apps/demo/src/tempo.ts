import { setTimeout as elapse } from 'node:timers/promises'

/** How fast the demo's time goes, and how long somebody who watches gets to read. */
export class Tempo {
  /** How long an hour takes, in ms. */
  readonly hourMs: number
  /** How long a line that says what to watch stands before it happens, in ms; 0: nobody reads. */
  readonly readMs: number
  /** How long a message lives, in hours of the demo. */
  readonly lifeHours: number

  constructor({ hourMs, readMs, lifeHours }: Pick<Tempo, 'hourMs' | 'readMs' | 'lifeHours'>) {
    this.hourMs = hourMs
    this.readMs = readMs
    this.lifeHours = lifeHours
  }

  /**
   * All durations of the engine's policy times this, as Haraka's plugin reads it from its configuration: counts are found by the
   * length of their minute.
   */
  get timeScale(): number {
    return Number((this.hourMs / 3_600_000).toFixed(12))
  }

  /** Rejects as soon as `signal` is aborted. */
  async pass(hours: number, signal: AbortSignal): Promise<void> {
    await elapse(hours * this.hourMs, undefined, { signal })
  }

  /** Which day of the demo's time it is after so many ms; the first is 1. */
  dayAfter(ms: number): number {
    return Math.floor(ms / (24 * this.hourMs)) + 1
  }

  /** Time to read, or a share of it; rejects as soon as `signal` is aborted. */
  async toRead(signal: AbortSignal, share: number = 1): Promise<void> {
    signal.throwIfAborted()
    if (this.readMs > 0) await elapse(this.readMs * share, undefined, { signal })
  }
}

/** For people: the story takes about two minutes, and no longer than the 30 days that the dashboard looks back. */
export const watchable: Tempo = new Tempo({ hourMs: 400, readMs: 4000, lifeHours: 120 })

/**
 * For programs, and for those who know it. A message lives for two minutes, longer than anything is waited for: of five days, which
 * are twelve seconds, a busy machine needs more for the queue alone.
 */
export const quick: Tempo = new Tempo({ hourMs: 100, readMs: 0, lifeHours: 1200 })
