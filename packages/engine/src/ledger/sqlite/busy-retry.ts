import { EngineError } from '../../errors.ts'
import { isBusy } from './sqlite-errors.ts'

/** How long to try while other processes hold the lock, ms. */
export const busyLimitMs = 10_000

/** A short random pause, so that waiting processes do not meet again. SQLite's own waiting would stop the event loop. */
export function busyPause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1 + Math.random() * 2))
}

/** The error for a lock that lasts too long. */
export function busyError(file: string): EngineError {
  return new EngineError(
    'ELEDGERBUSY',
    `${file} was locked by other processes for ${busyLimitMs / 1000} s; look for one that hangs or for a full disk`,
  )
}

/**
 * Runs `action` until it does not meet a lock.
 *
 * @throws EngineError `ELEDGERBUSY` after 10 s
 */
export async function retryWhileBusy<T>(action: () => T, file: string): Promise<T> {
  const from = performance.now()
  for (;;) {
    try {
      return action()
    } catch (error) {
      if (!isBusy(error)) throw error
      if (performance.now() - from > busyLimitMs) throw busyError(file)
    }
    await busyPause()
  }
}
