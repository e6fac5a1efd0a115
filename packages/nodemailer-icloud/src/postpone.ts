import { expiredFailure } from './failures.ts'
import type { Job, Recipient } from './job.ts'
import type { Settled, TryAgain } from './settled.ts'

/** What becomes of a recipient whose mail this send cannot bring to an end: the only place where that is decided. */
export async function postpone(job: Job, { address }: Recipient, outcome: TryAgain): Promise<Settled> {
  const { failure, error, retryAt } = outcome
  if (job.deliverBy !== null && retryAt >= job.deliverBy)
    return { state: 'rejected', failure: expiredFailure(address, job.deliverBy, failure), error }
  return { state: 'rejected', failure, error }
}
