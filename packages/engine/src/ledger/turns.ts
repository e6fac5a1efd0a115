/**
 * Lets what concerns one key happen one after the other within this process. Compare-and-set alone would be correct too,
 * but many at once would mostly disturb each other; between processes it is all there is.
 */
export class Turns {
  /** Who waits, by the keys that are taken; mostly nobody. */
  private readonly waiting = new Map<string, (() => void)[] | null>()

  async run<T>(key: string, task: () => Promise<T>): Promise<T> {
    const waiting = this.waiting.get(key)
    if (waiting === undefined) this.waiting.set(key, null)
    else await this.wait(key, waiting)
    try {
      return await task()
    } finally {
      const next = this.waiting.get(key)?.shift()
      if (next === undefined) this.waiting.delete(key)
      else next()
    }
  }

  private wait(key: string, waiting: (() => void)[] | null): Promise<void> {
    return new Promise((resolve) => {
      if (waiting === null) this.waiting.set(key, [resolve])
      else waiting.push(resolve)
    })
  }
}
