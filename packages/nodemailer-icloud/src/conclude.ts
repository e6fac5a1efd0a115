import type { Action, Outcome } from '@icloud-delivery/engine'
import { classify } from '@icloud-delivery/rules'
import { attribute, hasReply, isBrokenOff, isConnectionFailure } from './attribution.ts'
import { actionFailure, innerFailure } from './failures.ts'
import type { Job, Recipient } from './job.ts'
import type { ErrorLike } from './nodemailer-shapes.ts'
import type { Settled, TryAgain } from './settled.ts'
import type { Transaction } from './transaction.ts'

/**
 * What a transaction means for one of its recipients. Tells the engine, if it is about Apple.
 *
 * @param tries for this recipient, this one included
 */
export async function conclude(
  job: Job,
  { address, apple }: Recipient,
  { result, recipients, bodyRead, envelope, returnPath }: Transaction,
  tries: number,
): Promise<Settled | TryAgain> {
  const tell = (outcome: Outcome): Promise<Action | null> => record(job, address, outcome, returnPath)
  const attribution = attribute(result, address, recipients.length === 1, envelope)
  switch (attribution.kind) {
    case 'delivered': {
      const { response } = attribution
      // A relay's 250 says nothing about Apple.
      if (apple && job.peer.hop === 'direct')
        await tell({ kind: 'delivered', ...(response && { text: response }) })
      return { state: 'accepted', info: result.info }
    }
    case 'pending':
      return { state: 'pending', info: result.info }
    case 'unattributed': {
      const { error } = attribution
      const verdict = apple
        ? classify(error, { recipient: address, sender: job.route.sender, mx: job.peer.mx })
        : null
      const failure = innerFailure(error, address, { verdict })
      return { state: 'rejected', failure, error: result.error, isShared: true }
    }
    case 'reply': {
      const { error } = attribution
      const outcome: Outcome = { kind: 'reply', input: error, mx: job.peer.mx }
      const action = apple ? await tell(outcome) : null
      // Where the reply was only noted, the error of the transaction knows nothing of it.
      const whole = result.error && hasReply(result.error) ? result.error : error
      return settle(address, action, error, { whole, tries, ambiguous: false, blind: false })
    }
    case 'no-reply': {
      const { error } = attribution
      const ambiguous = bodyRead && isBrokenOff(error)
      const blind = ambiguous && !job.retryAmbiguous
      // What was closed here, or failed in this process, tells nothing of the way to Apple.
      const tells = apple && job.peer.hop === 'direct' && isConnectionFailure(error) && !job.isClosed()
      const outcome: Outcome = { kind: 'no-reply', error: `${error.code}: ${error.message}`, mx: job.peer.mx }
      const action = tells ? await tell(outcome) : null
      return settle(address, action, error, { whole: result.error ?? error, tries, ambiguous, blind })
    }
  }
}

/** @param about `blind`: it must not be tried again, whatever the action says, for the message may have arrived */
function settle(
  address: string,
  action: Action | null,
  cause: ErrorLike,
  about: { whole: ErrorLike; tries: number; ambiguous: boolean; blind: boolean },
): Settled | TryAgain {
  const { whole, tries, ambiguous, blind } = about
  const failure =
    (action !== null && !blind && actionFailure(action, address, cause)) ||
    innerFailure(cause, address, { verdict: action?.verdict ?? null, action, ambiguous })
  failure.ambiguous = ambiguous
  if ((action?.type === 'retry' || action?.type === 'hold') && !blind) {
    const { retryAt, type, holds } = action
    const behind = holds[0] ?? null
    return { state: 'again', retryAt, isHeld: type === 'hold', behind, tries, failure, error: whole }
  }
  return { state: 'rejected', failure, error: whole }
}

/** `null` if the engine failed: what was sent stays sent. */
async function record(
  job: Job,
  recipient: string,
  outcome: Outcome,
  returnPath: string | null,
): Promise<Action | null> {
  // The sender that a reply may name.
  const sender = (job.returnPaths?.isSender && returnPath) || job.route.sender
  try {
    return await job.engine.record({ ...job.route, sender, recipient, outcome })
  } catch (error) {
    job.warn(`The outcome for ${recipient} could not be recorded: ${String(error)}`)
    return null
  }
}
