const ignore = (): void => {}

/**
 * Lets what concerns one key happen one after the other within this process. Compare-and-set alone would be correct too,
 * but many at once would mostly disturb each other; between processes it is all there is.
 */
export class Turns {
  private readonly last = new Map<string, Promise<void>>()

  run<T>(key: string, task: () => Promise<T>): Promise<T> {
    const before = this.last.get(key)
    const result = before === undefined ? task() : before.then(task)
    const done = result.then(ignore, ignore).then(() => {
      if (this.last.get(key) === done) this.last.delete(key)
    })
    this.last.set(key, done)
    return result
  }
}
