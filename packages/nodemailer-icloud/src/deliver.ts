import { attempt } from './attempt.ts'
import type { Job, Recipient } from './job.ts'
import { postpone } from './postpone.ts'
import type { Settled, TryAgain } from './settled.ts'
import { sleep } from './timers.ts'

/** Goes on from the first try for one recipient, as often as it has to be tried and the time budget allows. */
export async function deliver(job: Job, recipient: Recipient, first: Settled | TryAgain): Promise<Settled> {
  let outcome = first
  while (outcome.state === 'again') {
    const { retryAt, tries, isHeld } = outcome
    if (isHeld || tries >= job.maxAttempts || retryAt > job.deadline) return postpone(job, recipient, outcome)
    await sleep(retryAt - job.clock(), job.timers, job.signal)
    const [next] = await attempt(job, [recipient], outcome)
    if (next === undefined) return postpone(job, recipient, outcome)
    outcome = next
  }
  return outcome
}
