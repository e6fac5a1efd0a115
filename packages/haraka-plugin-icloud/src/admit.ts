import type { Admission } from '@icloud-delivery/engine'
import constants from 'haraka-constants'
import { withDeadline } from './deadline.ts'
import { decisionLine } from './decision-line.ts'
import { EXPIRED, markUnsent } from './dsn.ts'
import type { Address, HMail, Next, Todo } from './haraka.ts'
import { tapReplies } from './replies.ts'
import type { Runtime } from './runtime.ts'
import { beginAttempt } from './seen.ts'
import { giveUp, keep } from './settle.ts'
import { splitOff } from './split.ts'
import { streamAndLane } from './stream.ts'
import { suppressionNotice } from './suppression-notice.ts'
import { LEDGER_WAIT } from './waits.ts'

/** Where a hold does not say when to ask again, in ms. */
const ASK_AGAIN = 60_000

/** What becomes of recipients before an attempt. `drop` is a bounce that nobody is told of. */
type Gate = 'send' | 'wait' | 'bounce' | 'drop'

/** Messages split off by us for recipients that were let through: asking again would cost them their turn. */
const admitted = new WeakSet<HMail>()

/** Messages whose next step is ours. Another plugin may park them before it comes to that. */
const taken = new WeakSet<HMail>()

/** Before an attempt: lets through who may go, parks who has to wait, gives up who is suppressed. */
export async function admit(runtime: Runtime, next: Next, hmail: HMail): Promise<void> {
  const { todo } = hmail
  if (taken.has(hmail)) return next()
  if (!todo || !(await runtime.destinations.isApple(todo.domain))) return next()
  if (admitted.delete(hmail)) return send(runtime, next, hmail, todo)

  const asked = runtime.engine.admit({
    recipients: todo.rcpt_to.map(({ address }) => address),
    sender: todo.mail_from.address,
    ...streamAndLane(todo.notes, runtime.settings),
    messageId: todo.uuid,
    acceptedAt: todo.queue_time,
  })
  const admissions = await withDeadline(asked, LEDGER_WAIT, 'The ledger')
  const groups = new Map<Gate, Address[]>()
  let wakeAt = Infinity
  for (const [index, recipient] of todo.rcpt_to.entries()) {
    const admission = admissions[index]
    const gate = gateOf(admission, runtime.settings.suppressionDsn)
    groups.set(gate, [...(groups.get(gate) ?? []), recipient])
    if (!admission || gate === 'send') continue
    if (gate === 'wait') wakeAt = Math.min(wakeAt, admission.retryAt ?? Date.now() + ASK_AGAIN)
    else markGivenUp(recipient, admission)
    log(runtime, todo, recipient, admission)
  }
  const ms = Math.max(0, wakeAt - Date.now())
  if (groups.size === 1) {
    const [gate = 'send'] = groups.keys()
    return whole(runtime, next, hmail, todo, gate, ms)
  }
  return inParts(runtime, next, hmail, groups, ms)
}

function gateOf(admission: Admission | undefined, dsn: boolean): Gate {
  switch (admission?.decision) {
    case 'suppressed':
      return dsn ? 'bounce' : 'drop'
    case 'expired':
      return 'bounce'
    case 'held':
    case 'later':
      return 'wait'
    case 'send':
    case undefined:
      return 'send'
  }
}

/** All recipients go the same way. The list of recipients is never emptied: Haraka would crash on it. */
function whole(runtime: Runtime, next: Next, hmail: HMail, todo: Todo, gate: Gate, ms: number): void {
  switch (gate) {
    case 'send':
      return send(runtime, next, hmail, todo)
    case 'wait':
      return next(constants.delay, ms / 1000)
    case 'bounce':
      return insteadOfSending(next, hmail, () => giveUp(hmail, 'Not sent: see below'))
    case 'drop':
      return insteadOfSending(next, hmail, () => hmail.discard())
  }
}

/** Each group goes on in a queue file of its own: the old one would bring all recipients back after a restart. */
async function inParts(
  runtime: Runtime,
  next: Next,
  hmail: HMail,
  groups: ReadonlyMap<Gate, readonly Address[]>,
  ms: number,
): Promise<void> {
  const parts: { gate: Gate; part: HMail }[] = []
  for (const [gate, recipients] of groups) {
    if (gate !== 'drop') parts.push({ gate, part: await splitOff(hmail, recipients) })
  }
  insteadOfSending(next, hmail, () => {
    hmail.discard()
    for (const { gate, part } of parts) {
      if (gate === 'bounce') {
        giveUp(part, 'Not sent: see below')
      } else if (gate === 'wait') {
        keep(part, ms, 'Held')
      } else {
        admitted.add(part)
        runtime.outbound().delivery_queue.push(part)
      }
    }
  })
}

function send(runtime: Runtime, next: Next, hmail: HMail, todo: Todo): void {
  const tapped = tapReplies(hmail, runtime.whoAnswers, runtime.warnUntapped)
  if (!tapped) runtime.warnUntapped()
  for (const recipient of todo.rcpt_to) beginAttempt(recipient, tapped)
  next()
}

/** Whatever a send_email hook answers, Haraka goes on to look for the MX: that step is taken over. */
function insteadOfSending(next: Next, hmail: HMail, act: () => void): void {
  taken.add(hmail)
  hmail.get_mx = act
  next()
}

function markGivenUp(recipient: Address, admission: Admission): void {
  if (admission.decision === 'expired') markUnsent(recipient, EXPIRED, admission.reason)
  else markUnsent(recipient, '5.7.1', suppressionNotice(admission))
}

function log({ plugin }: Runtime, { uuid }: Todo, { address }: Address, admission: Admission): void {
  const { decision, reason, retryAt } = admission
  plugin.lognotice(
    decisionLine({ message: uuid, recipient: address, action: decision, reason, next: retryAt }),
  )
}
