import type { Action, Outcome } from '@icloud-delivery/engine'
import { classify } from '@icloud-delivery/rules'
import { attribute, isBrokenOff, isConnectionError, type Attribution } from './attribution.ts'
import { actionFailure, innerFailure } from './failures.ts'
import type { Job, Recipient } from './job.ts'
import type { ErrorLike } from './nodemailer-shapes.ts'
import type { Settled, TryAgain } from './settled.ts'
import type { Transaction } from './transaction.ts'

/** What a transaction means for one of its recipients. Tells the engine, if it is about Apple. */
export async function conclude(
  job: Job,
  { address, apple }: Recipient,
  { result, recipients, bodyRead }: Transaction,
): Promise<Settled | TryAgain> {
  const attribution = attribute(result, address, recipients.length === 1)
  switch (attribution.kind) {
    case 'delivered': {
      const { response } = attribution
      if (apple) await record(job, address, { kind: 'delivered', ...(response && { text: response }) })
      return { state: 'accepted', info: result.info }
    }
    case 'pending':
      return { state: 'pending', info: result.info }
    case 'unattributed': {
      const { error } = attribution
      const verdict = apple
        ? classify(error, { recipient: address, sender: job.sender, mx: job.peer.mx })
        : null
      return { state: 'rejected', failure: innerFailure(error, address, { verdict }), error: result.error }
    }
    case 'reply':
    case 'no-reply': {
      const ambiguous = attribution.kind === 'no-reply' && bodyRead && isBrokenOff(attribution.error)
      const action = apple ? await judge(job, address, attribution) : null
      return decided(job, address, { action, cause: attribution.error, ambiguous, error: result.error })
    }
  }
}

/** Lets the engine judge a reply, or the failure of a connection to Apple; `null` for what happened elsewhere. */
async function judge(
  job: Job,
  address: string,
  attribution: Extract<Attribution, { kind: 'reply' | 'no-reply' }>,
): Promise<Action | null> {
  const { kind, error } = attribution
  const { mx, hop } = job.peer
  if (kind === 'reply') return record(job, address, { kind: 'reply', input: error, mx })
  if (hop === 'relay' || !isConnectionError(error)) return null
  // The message of such an error may hold numbers, such as a port, that are no reply code.
  return record(job, address, { kind: 'reply', input: `Connection failed: ${error.code ?? ''}`, mx })
}

function decided(
  job: Job,
  address: string,
  outcome: { action: Action | null; cause: ErrorLike; ambiguous: boolean; error: ErrorLike | null },
): Settled | TryAgain {
  const { action, cause, ambiguous, error } = outcome
  const blind = ambiguous && !job.retryAmbiguous
  const failure =
    (action !== null && !blind && actionFailure(action, address, cause)) ||
    innerFailure(cause, address, { verdict: action?.verdict ?? null, action, ambiguous })
  failure.ambiguous = ambiguous
  if (action?.type === 'hold' || action?.type === 'retry') job.troubled = true
  if (action?.type === 'retry' && action.retryAt !== null && !blind) {
    return { state: 'again', retryAt: action.retryAt, failure, error }
  }
  return { state: 'rejected', failure, error }
}

/** `null` if the engine failed: what was sent stays sent. */
async function record(job: Job, recipient: string, outcome: Outcome): Promise<Action | null> {
  const { engine, sender, stream, lane, messageId } = job
  const { hop } = job.peer
  try {
    return await engine.record({ recipient, sender, stream, lane, hop, messageId, outcome })
  } catch (error) {
    job.warn(`The outcome for ${recipient} could not be recorded: ${String(error)}`)
    return null
  }
}
