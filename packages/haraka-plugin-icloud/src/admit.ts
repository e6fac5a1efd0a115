import type { Admission, HoldRef } from '@icloud-delivery/engine'
import constants from 'haraka-constants'
import { Attached } from './attached.ts'
import { withDeadline } from './deadline.ts'
import { Departure, goUnasked, hasWaited } from './departure.ts'
import { leaveHarakasSlots } from './haraka-slot.ts'
import { EXPIRED, markUnsent } from './dsn.ts'
import type { Address, HMail, Todo } from './haraka.ts'
import { routeOf } from './route.ts'
import { signsMailFrom } from './mail-from.ts'
import { Marked } from './marked.ts'
import type { Runtime } from './runtime.ts'
import type { Answerer } from './seen.ts'
import { giveUp, keep } from './settle.ts'
import { SharedWrapper } from './shared-wrapper.ts'
import { giveWay } from './split-mark.ts'
import { splitOff, splitSafely } from './split.ts'
import { mayTellSender, subjectOf, type MailSubject } from './subject.ts'
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

/**
 * The lanes of messages split off by us for recipients that were let through: asking again would cost them their turn.
 */
const admitted = new Attached<HMail, string>()

const guardedMail = new Marked<HMail>()

/**
 * Has a message ask before each attempt, as soon as its route is known: after all `send_email` hooks, which may still
 * put it off, and after the `get_mx` hooks, which may send it to a smart host.
 */
export function guardMail(runtime: Runtime, hmail: HMail): void {
  if (guardedMail.has(hmail)) return
  guardedMail.add(hmail)
  splitSafely(runtime, hmail)
  tellSafely(runtime, hmail)
  hmail.get_mx_respond = asking.around(runtime, hmail.get_mx_respond)
}

const asking = new SharedWrapper<Runtime, HMail['get_mx_respond']>((runtime, respond) => {
  return function (code, mx) {
    const go = (): unknown => respond.call(this, code, mx)
    // A plugin that refuses the message decides for itself.
    if (!this.todo || (code !== constants.cont && code !== constants.ok)) return go()
    const route = routeOf(code, mx, runtime.outbound, runtime.whoAnswers)
    if (route.direct) leaveHarakasSlots(this, runtime.turns)
    return admit(runtime, go, this, this.todo, route).catch((error: unknown) =>
      goUnasked(runtime, this, go, error),
    )
  }
})

/**
 * Before an attempt: lets through who may go, parks who has to wait, gives up who is suppressed. Not for the turn on the lane,
 * which is not waited for here.
 */
async function admit(
  runtime: Runtime,
  go: () => unknown,
  hmail: HMail,
  todo: Todo,
  route: Answerer,
): Promise<void> {
  const allowedAt = Date.now()
  // A return path is signed for one recipient, and a transaction has one only.
  const isSigned = runtime.returnPaths.signs(todo)
  if (isSigned && todo.rcpt_to.length > 1) return splitUp(runtime, hmail, todo)
  const returnPath = isSigned ? returnPathFor(runtime, hmail, todo) : null
  const said = subjectOf(todo, runtime.settings)
  const subject = returnPath === null ? said : { ...said, sender: returnPath }
  const { lane: usual } = subject
  const known = admitted.get(hmail)
  if (known !== undefined) admitted.set(hmail, undefined)
  const admissions = known === undefined ? await ask(runtime, todo, subject, route) : []
  const isTold = mayTellSender(todo, runtime.settings)
  const groups = new Groups()
  const holds: HoldRef[] = []
  let wakeAt = Infinity
  for (const [index, recipient] of todo.rcpt_to.entries()) {
    const admission = admissions[index]
    const gate = gateOf(admission, isTold)
    const lane = (admission?.decision === 'send' ? admission.lane : known) ?? usual
    groups.add(recipient, gate === 'send' ? { gate, lane } : { gate, lane: usual })
    if (!admission || gate === 'send') continue
    if (gate === 'wait') {
      wakeAt = Math.min(wakeAt, admission.retryAt ?? Date.now() + ASK_AGAIN)
      if (admission.hold) holds.push(admission.hold)
    } else markGivenUp(recipient, admission)
    tell(runtime, hmail, todo, recipient, admission)
  }
  const wait: Wait = { ms: Math.min(Math.max(0, wakeAt - Date.now()), runtime.longestParkMs), holds }
  const [first, ...others] = groups.all
  if (others.length > 0) return inParts(runtime, hmail, groups.all, wait)
  // The list of recipients is never emptied: Haraka would crash on it.
  switch (first?.gate) {
    case 'send':
      return new Departure(
        runtime,
        hmail,
        todo,
        { route, lane: first.lane, stream: subject.stream, returnPath, allowedAt },
        go,
      ).depart()
    case 'wait':
      return park(runtime, hmail, wait)
    case 'bounce':
      return giveUp(hmail, 'Not sent: see below')
    case 'drop':
      return hmail.discard()
    case undefined:
      return
  }
}

/** What to say in MAIL FROM; `null`: what the message says. */
function returnPathFor(runtime: Runtime, hmail: HMail, todo: Todo): string | null {
  if (signsMailFrom(hmail)) return runtime.returnPaths.sign(todo)
  runtime.warnUntapped()
  return null
}

/** Mostly the messages were queued so. */
async function splitUp(runtime: Runtime, hmail: HMail, todo: Todo): Promise<void> {
  runtime.turns.over(hmail)
  const parts: HMail[] = []
  for (const recipient of todo.rcpt_to) parts.push(await splitOff(runtime, hmail, [recipient]))
  await giveWay(hmail)
  hmail.discard()
  for (const part of parts) runtime.outbound().delivery_queue.push(part)
}

/** Recipients who meet the same. */
interface Group {
  gate: Gate
  lane: string
  recipients: Address[]
}

class Groups {
  readonly #groups = new Map<string, Group>()

  get all(): readonly Group[] {
    return [...this.#groups.values()]
  }

  add(recipient: Address, { gate, lane }: Omit<Group, 'recipients'>): void {
    const key = `${gate} ${lane}`
    const group = this.#groups.get(key)
    if (group) group.recipients.push(recipient)
    else this.#groups.set(key, { gate, lane, recipients: [recipient] })
  }
}

/** An engine that does not answer holds nothing up; it answers by itself if only its ledger is out of reach. */
async function ask(
  { engine, error, settings, testBatches }: Runtime,
  todo: Todo,
  subject: MailSubject,
  { direct }: Answerer,
): Promise<Admission[]> {
  const declaring = direct ? testBatches.declare(subject, settings) : null
  if (declaring) await declaring
  if (!direct) testBatches.passBy(subject, settings)
  const asked = engine.admit({
    recipients: todo.rcpt_to.map(({ address }) => address),
    ...subject,
    hop: direct ? 'direct' : 'relay',
    messageId: todo.uuid,
    acceptedAt: todo.queue_time,
  })
  try {
    return await withDeadline(asked, LEDGER_WAIT, 'The ledger')
  } catch (reason) {
    error(`${todo.uuid} goes without being asked for: ${String(reason)}`)
    return []
  }
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
async function inParts(runtime: Runtime, hmail: HMail, groups: readonly Group[], wait: Wait): Promise<void> {
  const parts: { gate: Gate; lane: string; part: HMail }[] = []
  for (const { gate, lane, recipients } of groups) {
    if (gate !== 'drop') parts.push({ gate, lane, part: await splitOff(runtime, hmail, recipients) })
  }
  await giveWay(hmail)
  hmail.discard()
  for (const { gate, lane, part } of parts) {
    if (gate === 'bounce') {
      giveUp(part, 'Not sent: see below')
    } else if (gate === 'wait') {
      park(runtime, part, wait)
    } else {
      admitted.set(part, lane)
      runtime.outbound().delivery_queue.push(part)
    }
  }
}

/**
 * Puts a message off as a deferral, so that plugins that count what is under way hear of it: to them the attempt has
 * begun. Slowed recipients wait for a time, not for a hold.
 */
function park({ parked }: Runtime, hmail: HMail, { ms, holds }: Wait): void {
  hasWaited.add(hmail)
  keep(hmail, { ms, why: 'Held' })
  if (holds.length > 0) parked.add(hmail, holds)
}

function markGivenUp(recipient: Address, admission: Admission): void {
  if (admission.decision === 'expired') markUnsent(recipient, EXPIRED, admission.reason)
  else markUnsent(recipient, '5.7.1', suppressionNotice(admission))
}

function tell(runtime: Runtime, hmail: HMail, todo: Todo, { address }: Address, admission: Admission): void {
  const { decision, reason, rule, retryAt, suppression } = admission
  const { stream } = subjectOf(todo, runtime.settings)
  const { uuid: message } = todo
  runtime.decided(
    {
      message,
      recipient: address,
      stream,
      action: decision,
      rule,
      reason,
      since: suppression?.at ?? null,
      next: retryAt,
    },
    // No hook of a delivery runs for what waits, and there may be very much of it.
    retryAt === null ? hmail : undefined,
  )
}
