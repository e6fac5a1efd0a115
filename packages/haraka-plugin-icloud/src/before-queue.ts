import type { Admission } from '@icloud-delivery/engine'
import constants from 'haraka-constants'
import { withDeadline } from './deadline.ts'
import { markUnsent } from './dsn.ts'
import type { Address, Transaction } from './haraka.ts'
import type { Runtime } from './runtime.ts'
import { mayTellSender, subjectOf } from './subject.ts'
import { suppressionNotice } from './suppression-notice.ts'
import { LEDGER_WAIT } from './waits.ts'

/**
 * The recipients that are known to be at Apple. A custom domain that has not been met before is let through: who is
 * suppressed there is found before the attempt, and other providers' mail waits for nothing.
 */
export function knownApple(
  { destinations }: Pick<Runtime, 'destinations'>,
  { rcpt_to }: Transaction,
): Address[] {
  return rcpt_to.filter(({ host }) => destinations.isKnownApple(host ?? ''))
}

/**
 * Takes suppressed recipients out of a message before it is written to the queue, and tells its sender. What is taken
 * out here stays out; the queue file never holds it.
 *
 * @param recipients {@link knownApple}
 */
export async function dropSuppressed(
  runtime: Runtime,
  transaction: Transaction,
  recipients: readonly Address[],
): Promise<void> {
  const { engine, settings, plugin } = runtime
  const addresses = recipients.map(({ address }) => address)
  if (engine.suppressesNone(addresses)) return
  const subject = subjectOf(transaction, settings)
  // Only the suppressions are of interest here: a message that joins the queue takes no turn yet.
  const asked = engine.admit({ recipients: addresses, ...subject, hop: 'relay' })
  const admissions = await withDeadline(asked, LEDGER_WAIT, 'The ledger')
  const dropped = new Map<Address, Admission>()
  for (const [index, recipient] of recipients.entries()) {
    const admission = admissions[index]
    if (admission?.decision === 'suppressed') dropped.set(recipient, admission)
  }
  if (dropped.size === 0) return
  if (mayTellSender(transaction, settings)) await sendDsn(runtime, transaction, dropped)
  transaction.rcpt_to = transaction.rcpt_to.filter((recipient) => !dropped.has(recipient))
  for (const [{ address }, { reason, rule, suppression }] of dropped) {
    const { stream } = subject
    runtime.decided({
      message: transaction.uuid,
      recipient: address,
      stream,
      action: 'suppressed',
      rule,
      reason,
      since: suppression?.at ?? null,
    })
    transaction.results.push(plugin, { suppressed: address })
  }
}

/** There is no queued message yet that Haraka could bounce, so its DSN is made from the message at hand. */
async function sendDsn(
  runtime: Runtime,
  transaction: Transaction,
  dropped: ReadonlyMap<Address, Admission>,
): Promise<void> {
  const outbound = runtime.outbound()
  const write = outbound.HMailItem.prototype.populate_bounce_message_with_headers
  const recipients = [...dropped].map(([recipient, admission]) => {
    const copy = Object.create(recipient) as Address
    markUnsent(copy, '5.7.1', suppressionNotice(admission))
    return copy
  })
  const lines = await new Promise<string[]>((resolve, reject) => {
    const message = { todo: { rcpt_to: recipients, queue_time: Date.now() } }
    const done = (error: Error | null, written: string[]): void => (error ? reject(error) : resolve(written))
    write.call(message, '<>', transaction.mail_from, 'Suppressed recipients', transaction.header, done)
  })
  await new Promise<void>((resolve, reject) => {
    outbound.send_email('<>', transaction.mail_from, lines.join(''), (code, answer) => {
      if (code === constants.ok) resolve()
      else reject(new Error(`the DSN could not be queued: ${String(answer)}`))
    })
  })
}
