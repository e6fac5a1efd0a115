import { retryWhileBusy } from './busy-retry.ts'
import type { Entry } from '../ledger.ts'

interface Waiting {
  keys: readonly string[]
  resolve: (entries: (Entry | null)[]) => void
  reject: (error: unknown) => void
}

/** Keys that are looked up in one go. More would stop the host's event loop for too long. */
const mostKeys = 1000

/** Calls that together take so long that the event loop gets a turn first. */
const manyCalls = 50

/**
 * Reads that are asked for in one go share one transaction: taking and dropping the lock costs more than a look-up. Nobody
 * waits for it longer than until the running code is through.
 */
export class ReadQueue {
  private waiting: Waiting[] = []
  private running = false
  private drained: (() => void)[] = []
  private readonly readAll: (keys: readonly (readonly string[])[]) => (Entry | null)[][]
  private readonly file: string

  /** @param readAll Runs one transaction. */
  constructor(readAll: (keys: readonly (readonly string[])[]) => (Entry | null)[][], file: string) {
    this.readAll = readAll
    this.file = file
  }

  add(keys: readonly string[]): Promise<(Entry | null)[]> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ keys, resolve, reject })
      if (this.running) return
      this.running = true
      // After all promises that are settled by now have had their say, and before the next turn of the event loop.
      process.nextTick(() => void this.run())
    })
  }

  /** Resolves when everything that was asked for is answered. */
  async drain(): Promise<void> {
    if (this.running) await new Promise<void>((resolve) => this.drained.push(resolve))
  }

  private async run(): Promise<void> {
    if (this.waiting.length > manyCalls) await new Promise(setImmediate)
    for (;;) {
      const batch = this.nextBatch()
      const keys = batch.map((waiting) => waiting.keys)
      try {
        const entries = await retryWhileBusy(() => this.readAll(keys), this.file)
        batch.forEach(({ resolve }, index) => resolve(entries[index] ?? []))
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
      if (this.waiting.length === 0) break
      await new Promise(setImmediate)
    }
    this.running = false
    if (this.drained.length > 0) for (const resolve of this.drained.splice(0)) resolve()
  }

  private nextBatch(): Waiting[] {
    let keys = 0
    let count = 0
    while (count < this.waiting.length && keys < mostKeys) keys += this.waiting[count++]!.keys.length
    const batch = this.waiting.slice(0, count)
    this.waiting = this.waiting.slice(count)
    return batch
  }
}
