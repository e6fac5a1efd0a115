import { IcloudError, isIcloudError, type OutcomeLists, type RejectedError } from './errors.ts'
import type { Job } from './job.ts'
import type { ErrorLike, InfoLike } from './nodemailer-shapes.ts'
import type { PreflightFinding } from './preflight.ts'
import type { Settled } from './settled.ts'

/** What `sendMail` resolves with, besides what the inner transport gave. */
export interface IcloudInfo {
  envelope: { from: string | false; to: string[] }
  messageId: string
  /** Recipients that the inner transport's server took. On a relay hop Apple's answer is still to come. */
  accepted: string[]
  /** Recipients that did not get the message, the suppressed ones included. */
  rejected: string[]
  /** Recipients whose mail is safe in the outbox, and those that the inner transport itself calls pending. */
  pending: string[]
  /** The message in the outbox, if it is there: for `cancel` and `retryNow`, and as the `id` of what is told of it. */
  outboxId?: string
  /** The rejected ones that are suppressed, from before or by the reply that just came. */
  suppressed: string[]
  /** Why, one for each of `rejected`. */
  rejectedErrors: RejectedError[]
  /** What was found before the send, if a preflight looked at the mail. */
  findings?: readonly PreflightFinding[]
}

/** The result of a job: an info if anyone got the message or is to get it, else an error. */
export function resultOf(
  job: Job,
  settled: readonly Settled[],
): { error: Error } | { info: InfoLike & IcloudInfo } {
  const lists: OutcomeLists = { accepted: [], rejected: [], pending: [], suppressed: [], rejectedErrors: [] }
  let first: InfoLike | null = null
  let outboxId: unknown
  for (const [index, outcome] of settled.entries()) {
    const address = job.recipients[index]?.address ?? ''
    if (outcome.state === 'rejected') {
      lists.rejected.push(address)
      lists.rejectedErrors.push(outcome.failure)
      if (outcome.failure.code === 'ESUPPRESSED') lists.suppressed.push(address)
    } else {
      lists[outcome.state].push(address)
      outboxId ??= outcome.info['outboxId']
      if (first === null || (outcome.state === 'accepted' && lists.accepted.length === 1))
        first = outcome.info
    }
  }
  if (first === null) return { error: failureOf(settled, lists) }
  const envelope = { from: job.envelope.from, to: job.recipients.map(({ address }) => address) }
  const kept = typeof outboxId === 'string' ? { outboxId } : {}
  const found = job.findings === null ? {} : { findings: job.findings }
  const messageId = first.messageId ?? job.messageId
  return { info: { ...first, envelope, messageId, ...lists, ...kept, ...found } }
}

type Rejected = Extract<Settled, { state: 'rejected' }>

/** The error of the recipient with the best prospects: a caller that sends again should know. */
function failureOf(settled: readonly Settled[], lists: OutcomeLists): Error {
  const all = settled.filter((outcome): outcome is Rejected => outcome.state === 'rejected')
  const chosen =
    all.find(({ failure }) => failure.code === 'EABORT') ??
    all.find(({ failure }) => !failure.permanent) ??
    all.find(({ failure }) => failure.code !== 'ESUPPRESSED') ??
    all[0]
  if (!chosen) return new Error('There is no recipient')
  const { failure } = chosen
  if (isIcloudError(failure)) return new IcloudError(failure, lists)
  return decorate(chosen.error ?? (failure.cause as ErrorLike), failure, lists)
}

/** The inner transport's own error, as callers know it, with what is known besides. */
function decorate(error: ErrorLike, failure: RejectedError, lists: OutcomeLists): Error {
  if (!Object.isExtensible(error)) {
    return Object.assign(new Error(error.message, { cause: error }), failure, lists)
  }
  const { code, recipient, permanent, verdict, rule, action, retryAt, suppression, ambiguous } = failure
  const known = { recipient, permanent, verdict, rule, action, retryAt, suppression, ambiguous }
  return Object.assign(error, { code: error.code ?? code }, known, lists)
}
