import { busyError, busyLimitMs, busyPause } from './busy-retry.ts'
import { isBusy } from './sqlite-errors.ts'

interface Waiting<T> {
  item: T
  since: number
  resolve: (applied: boolean) => void
  reject: (error: unknown) => void
}

/** Writes in one transaction. More would keep the event loop, and other processes, for too long. */
const largestBatch = 256

/**
 * Group commit: what is queued in one turn of the event loop goes into one transaction, at the end of that turn. So a
 * lone writer does not wait, and 200 at once share the cost of one commit.
 */
export class WriteQueue<T> {
  private waiting: Waiting<T>[] = []
  private running: Promise<void> | null = null
  /** Since when each try has met a lock; `null`: the last one did not. */
  private lockedSince: number | null = null
  private readonly commit: (items: readonly T[]) => readonly boolean[]
  private readonly next: () => Promise<void> | null
  private readonly file: string

  /**
   * @param commit Runs one transaction for one or more of the first items, and says for each of them whether it was
   *   applied; throws if nothing was.
   * @param next Called after each transaction; what it returns has to be waited for before the next one.
   */
  constructor(
    commit: (items: readonly T[]) => readonly boolean[],
    next: () => Promise<void> | null,
    file: string,
  ) {
    this.commit = commit
    this.next = next
    this.file = file
  }

  add(item: T): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, since: performance.now(), resolve, reject })
      this.running ??= this.run()
    })
  }

  /** Resolves when everything that was added is written or refused. */
  async drain(): Promise<void> {
    await this.running
  }

  private async run(): Promise<void> {
    await new Promise(setImmediate)
    while (this.waiting.length > 0) {
      const batch = this.waiting.slice(0, largestBatch)
      let error: unknown = null
      try {
        const applied = this.commit(batch.map(({ item }) => item))
        this.waiting = this.waiting.slice(applied.length)
        applied.forEach((done, index) => batch[index]?.resolve(done))
      } catch (thrown) {
        error = thrown
      }
      if (isBusy(error)) {
        await this.waitForLock()
        continue
      }
      this.lockedSince = null
      if (error === null) await this.nextTurn()
      else {
        this.waiting = this.waiting.slice(batch.length)
        for (const { reject } of batch) reject(error)
      }
    }
    this.lockedSince = null
    this.running = null
  }

  private async nextTurn(): Promise<void> {
    const wait = this.next()
    if (wait !== null) await wait
    else if (this.waiting.length > 0) await new Promise(setImmediate)
  }

  /**
   * Gives up those whom the lock has kept for too long; what they waited for before, such as a slow disk, is no lock. After each
   * pause it is tried first: the process may have stood still in it, and the lock may be gone.
   */
  private async waitForLock(): Promise<void> {
    const now = performance.now()
    this.lockedSince ??= now
    if (now - this.lockedSince > busyLimitMs) this.giveUp(now - busyLimitMs)
    await busyPause()
  }

  private giveUp(oldest: number): void {
    const late = this.waiting.filter(({ since }) => since < oldest)
    if (late.length === 0) return
    this.waiting = this.waiting.filter(({ since }) => since >= oldest)
    const error = busyError(this.file)
    for (const { reject } of late) reject(error)
  }
}
