import { attempt } from './attempt.ts'
import type { Job, Recipient } from './job.ts'
import type { Settled, TryAgain } from './settled.ts'
import { sleep } from './timers.ts'

/**
 * Goes on from the first try for one recipient, as often as it has to be tried and the time budget allows. What it comes to
 * if that was not enough, `postpone` decides.
 */
export async function deliver(
  job: Job,
  recipient: Recipient,
  first: Settled | TryAgain,
): Promise<Settled | TryAgain> {
  let outcome = first
  while (outcome.state === 'again') {
    const { retryAt, tries, isHeld } = outcome
    if (isHeld || tries >= job.maxAttempts || retryAt > job.deadline) break
    // At that time it is of no use any more.
    if (job.deliverBy !== null && retryAt >= job.deliverBy) break
    await sleep(retryAt - job.clock(), job.timers, job.signal)
    const [next] = await attempt(job, [recipient], outcome)
    if (next === undefined) break
    outcome = next
  }
  return outcome
}
