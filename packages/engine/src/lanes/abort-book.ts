/** Who is told when a signal aborts. A signal that thousands share has one listener: each more makes adding the next slower. */
export class AbortBook {
  private readonly told = new WeakMap<AbortSignal, Set<() => void>>()

  /** The answer takes it back. */
  on(signal: AbortSignal, tell: () => void): () => void {
    let all = this.told.get(signal)
    if (all === undefined) {
      const everybody = new Set<() => void>()
      all = everybody
      this.told.set(signal, all)
      signal.addEventListener('abort', () => everybody.forEach((one) => one()), { once: true })
    }
    const set = all
    set.add(tell)
    return () => set.delete(tell)
  }
}
