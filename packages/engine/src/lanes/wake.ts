/** Wakes a lane up: one timer, whoever waits. */
export class Wake {
  private readonly onWake: () => void
  private timer: ReturnType<typeof setTimeout> | null = null
  /** On the machine's own clock, which never jumps. */
  private dueAt = Infinity
  private lookedAt: number = performance.now()

  constructor(onWake: () => void) {
    this.onWake = onWake
  }

  /** The lane takes a turn now. */
  looked(): void {
    this.lookedAt = performance.now()
  }

  /** Whether the last turn is so long ago. */
  isDue(everySeconds: number): boolean {
    return performance.now() - this.lookedAt >= everySeconds * 1000
  }

  /**
   * Wakes up when the next turn is due, or sooner.
   *
   * @param everySeconds from one turn to the next; Infinity for none
   * @param soonerMs from now
   * @param keepsAlive whether the process must not end before
   */
  plan(everySeconds: number, soonerMs: number, keepsAlive: boolean): void {
    const now = performance.now()
    const at = Math.min(this.lookedAt + everySeconds * 1000, now + Math.max(0, soonerMs))
    if (at === Infinity) return this.stop()
    if (this.timer === null || Math.abs(at - this.dueAt) > 1) {
      this.stop()
      this.dueAt = at
      // Rounded up: a timer that fires too early finds nothing to do.
      this.timer = setTimeout(() => this.fire(), Math.ceil(Math.min(Math.max(at - now, 1), longestMs)))
    }
    if (keepsAlive) this.timer.ref()
    else this.timer.unref()
  }

  stop(): void {
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
  }

  private fire(): void {
    this.timer = null
    this.onWake()
  }
}

const longestMs = 60_000
