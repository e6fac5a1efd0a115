/** Lines of the log whose time is outside of it may go, as far as they are the oldest. ms since the epoch. */
export interface EventCut {
  before: number
  after: number
}

const eventsBetween = 500
const hour = 3_600_000
const day = 24 * hour

/**
 * Says when to look for events that are too old. A ledger has no clock, so the events tell what time it is; and as a clock
 * may be wrong for a while, it is the lowest time since the last look that counts.
 */
export class EventCuts {
  private readonly maxAgeMs: number
  private events = 0
  private from = Infinity
  private lowest = Infinity
  private isFirst = true

  constructor(maxEventAgeSeconds: number) {
    this.maxAgeMs = maxEventAgeSeconds * 1000
  }

  /** Takes notice of an event that is written. */
  note(at: number): void {
    if (!Number.isFinite(at)) return
    if (this.events++ === 0) this.from = at
    if (at < this.lowest) this.lowest = at
    if (at - this.from >= hour) this.events = eventsBetween
  }

  /**
   * What may go, if it is time to look; otherwise `null`. A line whose time is more than a day ahead is as old as those
   * beside it: it must not keep what comes after it.
   */
  take(): EventCut | null {
    // Processes that live for a few messages have to cut, too.
    if (this.events === 0 || (this.events < eventsBetween && !this.isFirst)) return null
    const { lowest } = this
    this.isFirst = false
    this.events = 0
    this.lowest = Infinity
    return { before: lowest - this.maxAgeMs, after: lowest + day }
  }
}

/** Whether a line with this time may go. */
export function isCut(at: number, { before, after }: EventCut): boolean {
  return at < before || at > after
}
