import type { Admission, AddressRecord } from '@icloud-delivery/engine'
import constants from 'haraka-constants'
import { withDeadline } from './deadline.ts'
import type { Address, Connection, Next } from './haraka.ts'
import { printable } from './printable.ts'
import type { Runtime } from './runtime.ts'
import { standardStream } from './stream.ts'
import { laneOf } from './subject.ts'
import { LEDGER_WAIT } from './waits.ts'

/** Whether this client is to hear of suppressed recipients. */
export function isAskedAtRcpt(
  { settings }: Pick<Runtime, 'settings'>,
  { transaction, relaying }: Connection,
): boolean {
  return settings.rejectAtRcpt && relaying && Boolean(transaction)
}

/**
 * Tells a client that may relay at once that a recipient gets no mail, where no stream could reach it: which one the
 * message belongs to is not known yet. The answer says that it is ours, so that nobody takes it for Apple's.
 */
export async function answerRcpt(
  runtime: Runtime,
  next: Next,
  connection: Connection,
  recipient: Address,
): Promise<void> {
  const { destinations, engine, settings, plugin } = runtime
  const { transaction } = connection
  if (!transaction) return next()
  if (!(await destinations.isApple(recipient.host ?? ''))) return next()
  const record = await withDeadline(engine.address(recipient.address), LEDGER_WAIT, 'The ledger')
  if (!hasAnything(record)) return next()

  let told: Refusal | null = null
  for (const stream of settings.streams) {
    const asked = engine.whyNot(recipient.address, {
      sender: transaction.mail_from.address,
      stream,
      lane: laneOf(stream, settings),
      events: 0,
    })
    const { admission } = await withDeadline(asked, LEDGER_WAIT, 'The ledger')
    const refusal = refusalOf(admission, record)
    if (refusal === null) return next()
    // As soon as one stream may go on later, the recipient is not lost.
    if (told === null || (refusal.paused && !told.paused)) told = refusal
  }
  if (told === null) return next()
  const { paused, rule, at } = told
  const date = new Date(at).toISOString().slice(0, 10)
  const what = paused ? 'paused' : 'suppressed'
  const text = `<${printable(recipient.address, 320)}>: ${what} locally (${rule}, ${date}), nothing was sent`
  transaction.results.add(plugin, { fail: `rcpt.${what}` })
  runtime.decided({
    message: transaction.uuid,
    recipient: recipient.address,
    stream: standardStream(settings),
    action: what,
    rule,
    since: at,
    reason: `${rule}: refused at RCPT`,
  })
  if (paused) next(constants.denysoft, `4.7.1 ${text}`)
  else next(constants.deny, `5.7.1 ${text}`)
}

interface Refusal {
  paused: boolean
  rule: string
  /** ms since the epoch. */
  at: number
}

/** `null`: mail of this stream may be handed in, though it may have to wait for minutes or for a block of the IP to end. */
function refusalOf(admission: Admission | null, record: AddressRecord): Refusal | null {
  if (admission?.decision === 'suppressed') {
    const { rule, origin, at } = admission.suppression
    return { paused: false, rule: rule ?? origin, at }
  }
  if (admission?.decision !== 'later') return null
  const { quarantine, softBounces } = record
  const bounces = softBounces.find(({ rule, nextTryAt }) => rule === admission.rule && nextTryAt !== null)
  if (bounces) return { paused: true, rule: bounces.rule, at: bounces.lastAt }
  if (quarantine?.rule !== admission.rule) return null
  return { paused: true, rule: quarantine.rule, at: quarantine.at }
}

function hasAnything({ suppressions, softBounces, quarantine }: AddressRecord): boolean {
  return (
    suppressions.length > 0 || quarantine !== null || softBounces.some(({ nextTryAt }) => nextTryAt !== null)
  )
}
