import { retryWhileBusy } from './busy-retry.ts'
import type { Entry } from '../ledger.ts'

interface Waiting {
  keys: readonly string[]
  resolve: (entries: (Entry | null)[]) => void
  reject: (error: unknown) => void
}

/**
 * Reads that are asked for in one go share one transaction: taking and dropping the lock costs more than a look-up. Nobody
 * waits for it longer than until the running code is through.
 */
export class ReadQueue {
  private waiting: Waiting[] = []
  private readonly readAll: (keys: readonly (readonly string[])[]) => (Entry | null)[][]
  private readonly file: string

  /** @param readAll Runs one transaction. */
  constructor(readAll: (keys: readonly (readonly string[])[]) => (Entry | null)[][], file: string) {
    this.readAll = readAll
    this.file = file
  }

  add(keys: readonly string[]): Promise<(Entry | null)[]> {
    return new Promise((resolve, reject) => {
      if (this.waiting.push({ keys, resolve, reject }) === 1) queueMicrotask(() => void this.run())
    })
  }

  private async run(): Promise<void> {
    const batch = this.waiting
    this.waiting = []
    const keys = batch.map((waiting) => waiting.keys)
    try {
      const entries = await retryWhileBusy(() => this.readAll(keys), this.file)
      batch.forEach(({ resolve }, index) => resolve(entries[index] ?? []))
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }
}
