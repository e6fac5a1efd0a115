import { expiredFailure } from './failures.ts'
import type { Job } from './job.ts'
import type { Settled, TryAgain } from './settled.ts'

/**
 * What becomes of the recipients whose mail this send cannot bring to an end: the only place where that is decided. Nothing is
 * kept anywhere, so they are given back to the caller with the time to send again.
 *
 * @param outcomes in the order of the job's recipients
 */
export async function postpone(job: Job, outcomes: readonly (Settled | TryAgain)[]): Promise<Settled[]> {
  return outcomes.map((outcome, index) => {
    if (outcome.state !== 'again') return outcome
    const { failure, error, retryAt } = outcome
    const address = job.recipients[index]?.address ?? ''
    if (job.deliverBy !== null && retryAt >= job.deliverBy)
      return { state: 'rejected', failure: expiredFailure(address, job.deliverBy, failure), error }
    return { state: 'rejected', failure, error }
  })
}
