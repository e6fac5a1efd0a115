import type { Send } from './gate.ts'
import { innerSend, type InnerResult } from './inner-send.ts'
import type { Job, Recipient } from './job.ts'
import { viewOf } from './mail-view.ts'
import type { EnvelopeLike } from './nodemailer-shapes.ts'

/** One transaction with the inner transport. */
export interface Transaction {
  result: InnerResult
  recipients: readonly string[]
  /** The return path that was signed for it; `null`: that of the mail. */
  returnPath: string | null
  /** True if the body was read to its end: without an answer the message may have arrived. */
  bodyRead: boolean
  /** What the inner transport was given last, with what it noted there; `null` if it is not known. */
  envelope: EnvelopeLike | null
}

/** Sends the mail of a job to some of its recipients. Never rejects. */
export async function transact(job: Job, to: readonly Recipient[], send: Send): Promise<Transaction> {
  const recipients = to.map(({ address }) => address)
  const [only] = to
  const isForOneAtApple = only?.apple === true && to.length === 1
  const returnPath = isForOneAtApple ? (job.returnPaths?.sign(only.address, job.messageId) ?? null) : null
  const transaction: Transaction = {
    result: { error: null, info: {} },
    recipients,
    returnPath,
    bodyRead: false,
    envelope: null,
  }
  const view = viewOf(job.mail, {
    envelope: returnPath === null ? job.envelope : { ...job.envelope, from: returnPath },
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
  transaction.result = await innerSend(job.inner, view, send)
  return transaction
}
