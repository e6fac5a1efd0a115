import { innerSend, type InnerResult } from './inner-send.ts'
import type { Job } from './job.ts'
import { viewOf } from './mail-view.ts'
import type { EnvelopeLike } from './nodemailer-shapes.ts'

/** One transaction with the inner transport. */
export interface Transaction {
  result: InnerResult
  recipients: readonly string[]
  /** True if the body was read to its end: without an answer the message may have arrived. */
  bodyRead: boolean
  /** What the inner transport was given last, with what it noted there; `null` if it is not known. */
  envelope: EnvelopeLike | null
}

/** Sends the mail of a job to some of its recipients. Never rejects. */
export async function transact(job: Job, recipients: readonly string[]): Promise<Transaction> {
  const transaction: Transaction = {
    result: { error: null, info: {} },
    recipients,
    bodyRead: false,
    envelope: null,
  }
  const view = viewOf(job.mail, {
    envelope: job.envelope,
    recipients,
    open: job.open,
    data: job.data,
    comesBack: job.peer.hop === 'direct',
    onBodyRead: () => {
      transaction.bodyRead = true
    },
    onEnvelope: (envelope) => {
      transaction.envelope = envelope
    },
  })
  transaction.result = await innerSend(job.inner, view)
  return transaction
}
