interface Waiting<T, R> {
  item: T
  resolve: (result: R) => void
  reject: (error: unknown) => void
}

/**
 * Puts what is asked for in one turn of the event loop into one call, and what comes while calls are under way into the
 * next one. So a lone caller does not wait, and 200 at once cost a few calls.
 */
export class Batches<T, R> {
  private waiting: Waiting<T, R>[] = []
  private underWay = 0
  private isDue = false
  private drained: (() => void)[] = []
  private readonly run: (items: readonly T[]) => Promise<readonly R[]>
  private readonly sizeOf: (item: T) => number
  private readonly largest: number
  private readonly mostUnderWay: number

  /**
   * @param run Does it for a batch; the results in the same order. If it rejects, all in the batch are rejected.
   * @param sizeOf The size of an item. A batch ends when it has reached `largest`.
   */
  constructor(
    run: (items: readonly T[]) => Promise<readonly R[]>,
    sizeOf: (item: T) => number,
    largest: number,
    mostUnderWay: number,
  ) {
    this.run = run
    this.sizeOf = sizeOf
    this.largest = largest
    this.mostUnderWay = mostUnderWay
  }

  add(item: T): Promise<R> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject })
      this.flushSoon()
    })
  }

  /** Resolves when nothing waits and nothing is under way. */
  async drain(): Promise<void> {
    if (this.waiting.length > 0 || this.underWay > 0)
      await new Promise<void>((resolve) => this.drained.push(resolve))
  }

  private flushSoon(): void {
    if (this.isDue || this.underWay >= this.mostUnderWay) return
    this.isDue = true
    setImmediate(() => {
      this.isDue = false
      while (this.waiting.length > 0 && this.underWay < this.mostUnderWay) void this.send(this.nextBatch())
    })
  }

  private nextBatch(): Waiting<T, R>[] {
    let size = 0
    let count = 0
    while (count < this.waiting.length && size < this.largest)
      size += this.sizeOf(this.waiting[count++]!.item)
    const batch = this.waiting.slice(0, count)
    this.waiting = this.waiting.slice(count)
    return batch
  }

  private async send(batch: readonly Waiting<T, R>[]): Promise<void> {
    this.underWay++
    try {
      const results = await this.run(batch.map(({ item }) => item))
      batch.forEach(({ resolve }, index) => resolve(results[index]!))
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
    this.underWay--
    if (this.waiting.length > 0) this.flushSoon()
    else if (this.underWay === 0) for (const resolve of this.drained.splice(0)) resolve()
  }
}
