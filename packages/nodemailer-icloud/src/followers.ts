/**
 * Has any number of controllers follow a signal, by one listener: each more makes adding the next slower, and Node warn of a leak.
 * `AbortSignal.any` is left alone, as Node 22 keeps something of each for as long as the signal is there.
 */
export class Followers {
  readonly #of = new WeakMap<AbortSignal, Set<AbortController>>()

  /** The answer ends it. */
  add(signal: AbortSignal, controller: AbortController): () => void {
    if (signal.aborted) {
      controller.abort(signal.reason)
      return () => {}
    }
    const all = this.#of.get(signal) ?? this.#listen(signal)
    all.add(controller)
    return () => void all.delete(controller)
  }

  #listen(signal: AbortSignal): Set<AbortController> {
    const all = new Set<AbortController>()
    this.#of.set(signal, all)
    const stop = (): void => {
      for (const each of all) each.abort(signal.reason)
    }
    signal.addEventListener('abort', stop, { once: true })
    return all
  }
}
