import { EngineError } from '../errors.ts'

/** A failure that took longer than this keeps others from waiting as long, and is the time between two tries. ms. */
const slowMs = 1000

interface Wait {
  since: number
  /** `null` once it is over. What has lived long in a set keeps young objects alive: all that hangs on the promise. */
  reject: ((error: EngineError) => void) | null
}

/**
 * Bounds the time that anybody waits for the ledger. After a slow failure one call a second tries it, and the others are
 * told at once: a ledger that hangs must not make each message wait.
 *
 * All calls share one timer, as one for each would cost more than the rest of this.
 */
export class Patience {
  private readonly limitMs: number
  /** When the last slow failure was; `null` once a call went through. */
  private slowAt: number | null = null
  private isTrying = false
  /** Oldest first. */
  private readonly waits = new Set<Wait>()
  private timer: ReturnType<typeof setTimeout> | null = null

  /** @param seconds how long to wait for one call */
  constructor(seconds: number) {
    this.limitMs = seconds * 1000
  }

  /**
   * Rejects with EngineError `ELEDGERTIMEOUT` if it takes too long, or with what `task` rejects with. `task` itself is not
   * ended.
   */
  run<T>(task: () => Promise<T>): Promise<T> {
    if (this.slowAt === null) return this.within(task)
    if (this.isTrying || performance.now() - this.slowAt < slowMs)
      return Promise.reject(new EngineError('ELEDGERTIMEOUT', 'the ledger did not answer in time just now'))
    this.isTrying = true
    return this.within(task).finally(() => {
      this.isTrying = false
    })
  }

  /** The next call tries it, whatever was before: for the last one of all. */
  again(): void {
    this.slowAt = null
  }

  private within<T>(task: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const wait: Wait = { since: performance.now(), reject }
      this.begin(wait)
      task().then(
        (value) => {
          // Whoever was given up is no sign that others get through.
          if (this.end(wait)) this.slowAt = null
          resolve(value)
        },
        (error: unknown) => {
          if (this.end(wait)) this.failed(error, performance.now() - wait.since >= slowMs)
          reject(error)
        },
      )
    })
  }

  private failed(error: unknown, isSlow: boolean): void {
    // Writers that are in each other's way have reached it.
    const isContention = error instanceof EngineError && error.code === 'ELEDGERCONFLICT'
    if (isSlow && !isContention) this.slowAt = performance.now()
  }

  private begin(wait: Wait): void {
    this.waits.add(wait)
    if (this.timer === null) this.timer = setTimeout(() => this.look(), this.limitMs)
    else if (this.waits.size === 1) this.timer.ref()
  }

  private end(wait: Wait): boolean {
    const wasWaiting = this.waits.delete(wait)
    wait.reject = null
    // A process that has nothing else to do may end.
    if (this.waits.size === 0) this.timer?.unref()
    return wasWaiting
  }

  /** Gives up those that waited too long, and comes back for the next one. */
  private look(): void {
    const now = performance.now()
    this.timer = null
    for (const wait of this.waits) {
      const left = wait.since + this.limitMs - now
      if (left > 0) {
        this.timer = setTimeout(() => this.look(), left)
        return
      }
      this.waits.delete(wait)
      this.slowAt = now
      const seconds = this.limitMs / 1000
      wait.reject?.(new EngineError('ELEDGERTIMEOUT', `the ledger did not answer within ${seconds} s`))
    }
  }
}
