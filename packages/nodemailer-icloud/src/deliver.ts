import type { Admission } from '@icloud-delivery/engine'
import { abortError } from './abort.ts'
import { conclude } from './conclude.ts'
import { admissionFailure, innerFailure } from './failures.ts'
import { asError } from './inner-send.ts'
import type { Job, Recipient } from './job.ts'
import type { Settled, TryAgain } from './settled.ts'
import { sleep } from './timers.ts'
import { transact } from './transaction.ts'

/**
 * Sends to one Apple recipient, as often as the engine asks and the time budget allows.
 *
 * @param first how a try went that was made together with other recipients; `null` if none was
 */
export async function deliver(
  job: Job,
  recipient: Recipient,
  first: Settled | TryAgain | null,
): Promise<Settled> {
  let outcome = first ?? (await tryOnce(job, recipient, null))
  for (let attempts = 1; outcome.state === 'again'; attempts++) {
    const { retryAt, failure, error } = outcome
    if (attempts >= job.maxAttempts || retryAt > job.deadline) return { state: 'rejected', failure, error }
    await sleep(retryAt - job.clock(), job.timers, job.signal)
    outcome = await tryOnce(job, recipient, outcome)
  }
  return outcome
}

function tryOnce(job: Job, recipient: Recipient, before: TryAgain | null): Promise<Settled | TryAgain> {
  const { address } = recipient
  return job.slots.run(async () => {
    if (job.signal?.aborted) return aborted(job.signal, address)
    const fresh = before === null && !job.troubled
    let admission: Admission
    try {
      admission = fresh ? recipient.admission : await admitAgain(job, address)
    } catch (error) {
      return { state: 'rejected', failure: innerFailure(asError(error), address), error: asError(error) }
    }
    if (admission.decision === 'send') return conclude(job, recipient, await transact(job, [address]))
    const failure = admissionFailure(admission, before?.failure ?? null)
    if (admission.decision === 'later' && admission.retryAt !== null) {
      return { state: 'again', retryAt: admission.retryAt, failure, error: null }
    }
    return { state: 'rejected', failure, error: null }
  })
}

/** The outcome for a recipient that an abort came before. */
export function aborted(signal: AbortSignal, address: string): Settled {
  const error = abortError(signal)
  return { state: 'rejected', failure: innerFailure(error, address), error }
}

async function admitAgain(job: Job, address: string): Promise<Admission> {
  const { sender, stream, lane, messageId, peer } = job
  const request = { recipients: [address], sender, stream, lane, messageId, hop: peer.hop }
  const [admission] = await job.engine.admit(request)
  if (!admission) throw new Error('The engine gave no answer')
  return admission
}
