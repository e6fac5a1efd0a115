import { isIcloudError, type RejectedError } from './errors.ts'

/** A job of BullMQ, as far as it is needed here. */
export interface BullMQJob {
  moveToDelayed(timestamp: number, token?: string): Promise<void>
}

/**
 * What a processor of BullMQ has to throw for an error of `sendMail`: `throw await toBullMQError(error, job, token)`.
 *
 * - Mail that has to wait: the job is put off until `retryAt`, which uses up none of its `attempts`; a `DelayedError`
 * - Mail that is given up, or that may have arrived already: an `UnrecoverableError`, with the error as its `cause`
 * - Anything else: the error itself, which BullMQ tries again as `attempts` and `backoff` say
 *
 * BullMQ knows its errors by their names, so it need not be imported here.
 *
 * @param token the second argument of the processor
 */
export async function toBullMQError(error: unknown, job: BullMQJob, token?: string): Promise<unknown> {
  const { permanent, ambiguous, retryAt } = (error ?? {}) as Partial<RejectedError>
  if (isIcloudError(error) && retryAt !== null && retryAt !== undefined) {
    await job.moveToDelayed(retryAt, token)
    return named('DelayedError', error)
  }
  return permanent === true || ambiguous === true ? named('UnrecoverableError', error) : error
}

function named(name: string, cause: unknown): Error {
  const error = new Error(cause instanceof Error ? cause.message : String(cause), { cause })
  error.name = name
  return error
}
