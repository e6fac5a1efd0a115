import { afterTime } from './after-time.ts'

/** A wait that took too long. */
export class DeadlineError extends Error {
  readonly code = 'EDEADLINE'
  constructor(what: string, ms: number) {
    super(`${what} took longer than ${ms} ms`)
    this.name = 'DeadlineError'
  }
}

/**
 * The promise's result, or a rejection after `ms` milliseconds. Haraka's own time-out for hooks answers DENYSOFT, which
 * loses mail in `bounce` and `deferred`; so the plugin turns it off and bounds its waits itself.
 *
 * @throws DeadlineError
 */
export function withDeadline<T>(promise: Promise<T>, ms: number, what: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = afterTime(ms, () => reject(new DeadlineError(what, ms)))
    promise.then(
      (value) => {
        cancel()
        resolve(value)
      },
      (error: unknown) => {
        cancel()
        reject(error)
      },
    )
  })
}
