const signals = ['SIGINT', 'SIGTERM'] as const

/**
 * Does work that goes on until somebody stops it: Ctrl-C or SIGTERM end it in an orderly way, and that is no mistake. A second
 * one ends the process at once.
 */
export async function untilStopped<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController()
  const onSignal = (): void => {
    stop.abort()
    for (const signal of signals) process.off(signal, onSignal)
  }
  for (const signal of signals) process.on(signal, onSignal)
  try {
    return await work(stop.signal)
  } finally {
    for (const signal of signals) process.off(signal, onSignal)
  }
}

/** Waits for the signal. */
export async function stopped(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
