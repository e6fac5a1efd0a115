import { attempt } from './attempt.ts'
import type { Job, Recipient } from './job.ts'
import type { Settled, TryAgain } from './settled.ts'
import { sleep } from './timers.ts'

/** Goes on from the first try for one recipient, as often as it has to be tried and the time budget allows. */
export async function deliver(job: Job, recipient: Recipient, first: Settled | TryAgain): Promise<Settled> {
  let outcome = first
  while (outcome.state === 'again') {
    const { retryAt, tries, failure, error } = outcome
    const rejected: Settled = { state: 'rejected', failure, error }
    if (tries >= job.maxAttempts || retryAt > job.deadline) return rejected
    await sleep(retryAt - job.clock(), job.timers, job.signal)
    const [next] = await attempt(job, [recipient], outcome)
    outcome = next ?? rejected
  }
  return outcome
}
