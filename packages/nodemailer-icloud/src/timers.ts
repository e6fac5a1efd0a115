/** What the wrapper needs of a clock that rings. The global functions will do. */
export interface Timers {
  setTimeout(callback: () => void, ms: number): unknown
  clearTimeout(handle: unknown): void
}

/** The timers of Node. */
export const systemTimers: Timers = {
  setTimeout: (callback, ms) => setTimeout(callback, ms),
  clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout),
}

// Longer delays overflow Node's timer and ring at once.
const longest = 2 ** 31 - 1

/** Resolves after `ms` milliseconds, or as soon as the signal is aborted. */
export function sleep(ms: number, timers: Timers, signal: AbortSignal | null | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve()
    let handle: unknown
    const done = () => {
      timers.clearTimeout(handle)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    handle = timers.setTimeout(done, Math.min(Math.max(ms, 0), longest))
    signal?.addEventListener('abort', done, { once: true })
  })
}
