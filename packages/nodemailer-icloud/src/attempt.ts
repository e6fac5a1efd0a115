import type { Admission } from '@icloud-delivery/engine'
import { abortError } from './abort.ts'
import { conclude } from './conclude.ts'
import { admissionFailure, innerFailure } from './failures.ts'
import { asError } from './inner-send.ts'
import type { Job, Recipient } from './job.ts'
import type { ErrorLike } from './nodemailer-shapes.ts'
import type { Settled, TryAgain } from './settled.ts'
import { transact, type Transaction } from './transaction.ts'

/**
 * One try for recipients that share a transaction. What goes to Apple waits for a slot first and asks the engine only
 * then: so it heeds what was learnt while it waited, and a message that is let through as a probe goes at once.
 *
 * @param before how the last try ended; `null` if this is the first
 * @returns one outcome for each recipient, in their order. Never rejects
 */
export async function attempt(
  job: Job,
  recipients: readonly Recipient[],
  before: TryAgain | null,
): Promise<(Settled | TryAgain)[]> {
  const { signal, slots } = job
  const toApple = recipients.some(({ apple }) => apple)
  if (signal?.aborted || (toApple && !(await slots.enter(signal)))) {
    return recipients.map(({ address }) => failed(abortError(signal), address))
  }
  try {
    return await attemptNow(job, recipients, before)
  } catch (error) {
    return recipients.map(({ address }) => failed(asError(error), address))
  } finally {
    if (toApple) slots.leave()
  }
}

async function attemptNow(
  job: Job,
  recipients: readonly Recipient[],
  before: TryAgain | null,
): Promise<(Settled | TryAgain)[]> {
  const admissions = (before === null && admissionsOf(recipients)) || (await admitNow(job, recipients))
  if (admissions.length !== recipients.length) {
    throw new Error(`The engine gave ${admissions.length} answers for ${recipients.length} recipients`)
  }
  const going = recipients.filter((_, index) => admissions[index]?.decision === 'send')
  const addresses = going.map(({ address }) => address)
  const transaction = addresses.length > 0 ? await transact(job, addresses) : null
  const tries = before === null ? 1 : before.tries + 1
  return Promise.all(
    recipients.map(async (recipient, index) => {
      const admission = admissions[index]
      return admission && admission.decision !== 'send'
        ? notNow(admission, before, tries)
        : conclude(job, recipient, transaction as Transaction, tries)
    }),
  )
}

/** What was known before the first try; `null` if that is not all. */
function admissionsOf(recipients: readonly Recipient[]): Admission[] | null {
  const known = recipients.flatMap(({ admission }) => admission ?? [])
  return known.length === recipients.length ? known : null
}

function admitNow(job: Job, recipients: readonly Recipient[]): Promise<Admission[]> {
  const { sender, stream, lane, messageId, peer } = job
  const addresses = recipients.map(({ address }) => address)
  return job.engine.admit({ recipients: addresses, sender, stream, lane, messageId, hop: peer.hop })
}

function notNow(admission: Admission, before: TryAgain | null, tries: number): Settled | TryAgain {
  const failure = admissionFailure(admission, before?.failure ?? null)
  if (admission.decision !== 'later') return { state: 'rejected', failure, error: null }
  return { state: 'again', retryAt: admission.retryAt, tries, failure, error: null }
}

function failed(error: ErrorLike, address: string): Settled {
  return { state: 'rejected', failure: innerFailure(error, address), error }
}
