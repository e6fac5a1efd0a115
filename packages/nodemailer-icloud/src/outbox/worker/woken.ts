/** So many messages are remembered for each; if there are more, all of them count as woken. */
const mostMessages = 100_000
/** What opened longest ago is forgotten if there is more. */
const mostKeys = 10_000

/**
 * Which messages were woken as what they waited behind was open. If one of them comes back and says that it still waits for the
 * same, although nobody saw that closed, then to wake it again is of no use: it would go round and round.
 */
export class Woken {
  readonly #byKey = new Map<string, Set<string>>()

  has(key: string, id: string): boolean {
    const ids = this.#byKey.get(key)
    return ids !== undefined && (ids.size >= mostMessages || ids.has(id))
  }

  add(key: string, id: string): void {
    const ids = this.#byKey.get(key)
    if (ids) {
      if (ids.size < mostMessages) ids.add(id)
      return
    }
    this.#byKey.set(key, new Set([id]))
    const [oldest] = this.#byKey.keys()
    if (this.#byKey.size > mostKeys && oldest !== undefined) this.#byKey.delete(oldest)
  }

  /** It was closed since. */
  forget(key: string): void {
    this.#byKey.delete(key)
  }

  clear(): void {
    this.#byKey.clear()
  }
}
