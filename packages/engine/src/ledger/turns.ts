/**
 * Lets what concerns one key happen one after the other within this process. Compare-and-set alone would be correct too,
 * but many at once would mostly disturb each other; between processes it is all there is.
 */
export class Turns {
  /** Who waits, by the keys that are taken. */
  private readonly waiting = new Map<string, (() => void)[]>()

  async run<T>(key: string, task: () => Promise<T>): Promise<T> {
    const waiting = this.waiting.get(key)
    if (waiting === undefined) this.waiting.set(key, [])
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await task()
    } finally {
      const next = this.waiting.get(key)?.shift()
      if (next === undefined) this.waiting.delete(key)
      else next()
    }
  }
}
