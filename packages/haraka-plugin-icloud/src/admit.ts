import type { Admission, HoldRef } from '@icloud-delivery/engine'
import constants from 'haraka-constants'
import { withDeadline } from './deadline.ts'
import { EXPIRED, markUnsent } from './dsn.ts'
import type { Address, HMail, Todo } from './haraka.ts'
import { tapReplies } from './replies.ts'
import { routeOf } from './route.ts'
import type { Runtime } from './runtime.ts'
import { beginAttempt, type Answerer } from './seen.ts'
import { giveUp, keep } from './settle.ts'
import { splitOff, splitSafely } from './split.ts'
import { mayTellSender, subjectOf } from './subject.ts'
import { suppressionNotice } from './suppression-notice.ts'
import { tellSafely } from './tell-sender.ts'
import { LEDGER_WAIT } from './waits.ts'

/** Where a hold does not say when to ask again, in ms. */
const ASK_AGAIN = 60_000

/** What becomes of recipients before an attempt. `drop` is a bounce that nobody is told of. */
type Gate = 'send' | 'wait' | 'bounce' | 'drop'

/** When to ask again for those who wait, and what they wait for. */
interface Wait {
  ms: number
  holds: readonly HoldRef[]
}

/** Messages split off by us for recipients that were let through: asking again would cost them their turn. */
const admitted = new WeakSet<HMail>()

const guardedMail = new WeakSet<HMail>()

/**
 * Has a message ask before each attempt, as soon as its route is known: after all `send_email` hooks, which may still
 * put it off, and after the `get_mx` hooks, which may send it to a smart host.
 */
export function guardMail(runtime: Runtime, hmail: HMail): void {
  if (guardedMail.has(hmail)) return
  guardedMail.add(hmail)
  splitSafely(runtime, hmail)
  tellSafely(runtime, hmail)
  const respond = hmail.get_mx_respond
  hmail.get_mx_respond = function (code, mx) {
    const go = (): unknown => respond.call(this, code, mx)
    // A plugin that refuses the message decides for itself.
    if (!this.todo || (code !== constants.cont && code !== constants.ok)) return go()
    const route = routeOf(code, mx, runtime.outbound, runtime.whoAnswers)
    return admit(runtime, go, this, this.todo, route).catch((error: unknown) => {
      runtime.error(
        `${this.filename}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      )
      go()
    })
  }
}

/** Before an attempt: lets through who may go, parks who has to wait, gives up who is suppressed. */
async function admit(
  runtime: Runtime,
  go: () => unknown,
  hmail: HMail,
  todo: Todo,
  route: Answerer,
): Promise<void> {
  const admissions = admitted.delete(hmail) ? [] : await ask(runtime, todo, route)
  const groups = new Map<Gate, Address[]>()
  const holds: HoldRef[] = []
  let wakeAt = Infinity
  for (const [index, recipient] of todo.rcpt_to.entries()) {
    const admission = admissions[index]
    const gate = gateOf(admission, mayTellSender(todo, runtime.settings))
    groups.set(gate, [...(groups.get(gate) ?? []), recipient])
    if (!admission || gate === 'send') continue
    if (gate === 'wait') {
      wakeAt = Math.min(wakeAt, admission.retryAt ?? Date.now() + ASK_AGAIN)
      if (admission.hold) holds.push(admission.hold)
    } else markGivenUp(recipient, admission)
    tell(runtime, hmail, todo, recipient, admission)
  }
  const wait: Wait = { ms: Math.min(Math.max(0, wakeAt - Date.now()), runtime.longestParkMs), holds }
  if (groups.size > 1) return inParts(runtime, hmail, groups, wait)
  const [gate = 'send'] = groups.keys()
  // The list of recipients is never emptied: Haraka would crash on it.
  switch (gate) {
    case 'send':
      beginAttempts(runtime, hmail, todo, route)
      go()
      return
    case 'wait':
      return park(runtime, hmail, wait)
    case 'bounce':
      return giveUp(hmail, 'Not sent: see below')
    case 'drop':
      return hmail.discard()
  }
}

/** An engine that does not answer holds nothing up; it answers by itself if only its ledger is out of reach. */
async function ask(
  { engine, settings, error }: Runtime,
  todo: Todo,
  { direct }: Answerer,
): Promise<Admission[]> {
  const asked = engine.admit({
    recipients: todo.rcpt_to.map(({ address }) => address),
    ...subjectOf(todo, settings),
    hop: direct ? 'direct' : 'relay',
    messageId: todo.uuid,
    acceptedAt: todo.queue_time,
  })
  return withDeadline(asked, LEDGER_WAIT, 'The ledger').catch((reason: unknown) => {
    error(`${todo.uuid} goes without being asked for: ${String(reason)}`)
    return []
  })
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

/** Each group goes on in a queue file of its own: the old one would bring all recipients back after a restart. */
async function inParts(
  runtime: Runtime,
  hmail: HMail,
  groups: ReadonlyMap<Gate, readonly Address[]>,
  wait: Wait,
): Promise<void> {
  const parts: { gate: Gate; part: HMail }[] = []
  for (const [gate, recipients] of groups) {
    if (gate !== 'drop') parts.push({ gate, part: await splitOff(runtime, hmail, recipients) })
  }
  hmail.discard()
  for (const { gate, part } of parts) {
    if (gate === 'bounce') {
      giveUp(part, 'Not sent: see below')
    } else if (gate === 'wait') {
      park(runtime, part, wait)
    } else {
      admitted.add(part)
      runtime.outbound().delivery_queue.push(part)
    }
  }
}

/**
 * Puts a message off as a deferral, so that plugins that count what is under way hear of it: to them the attempt has
 * begun. Slowed recipients wait for a time, not for a hold.
 */
function park({ parked }: Runtime, hmail: HMail, { ms, holds }: Wait): void {
  keep(hmail, { ms, why: 'Held' })
  if (holds.length > 0) parked.add(hmail, holds)
}

function beginAttempts(runtime: Runtime, hmail: HMail, todo: Todo, route: Answerer): void {
  const tapped = tapReplies(hmail, runtime.whoAnswers, runtime.warnUntapped)
  if (!tapped) runtime.warnUntapped()
  for (const recipient of todo.rcpt_to) beginAttempt(recipient, tapped, route)
}

function markGivenUp(recipient: Address, admission: Admission): void {
  if (admission.decision === 'expired') markUnsent(recipient, EXPIRED, admission.reason)
  else markUnsent(recipient, '5.7.1', suppressionNotice(admission))
}

function tell(runtime: Runtime, hmail: HMail, todo: Todo, { address }: Address, admission: Admission): void {
  const { decision, reason, rule, retryAt } = admission
  const { stream } = subjectOf(todo, runtime.settings)
  const { uuid: message } = todo
  runtime.decided(
    { message, recipient: address, stream, action: decision, rule, reason, next: retryAt },
    // No hook of a delivery runs for what waits, and there may be very much of it.
    retryAt === null ? hmail : undefined,
  )
}
