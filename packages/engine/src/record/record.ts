import { classify, type Verdict } from '@icloud-delivery/rules'
import type { Action } from './action.ts'
import { domainOf } from '../address.ts'
import type { Backlog } from '../buffer/backlog.ts'
import type { Attempt, Decision } from '../decide/attempt.ts'
import { decide, isHandedOver, pass, troubleOf } from '../decide/decide.ts'
import { silenceOf } from '../decide/decide-no-reply.ts'
import { keptReply } from '../decide/reply-suppression.ts'
import type { Trouble } from '../decide/refusal.ts'
import type { Parts } from '../engine-core.ts'
import { emitAction } from '../events.ts'
import { heardOf } from './heard.ts'
import { checkLate, isAside, isTooOld } from './late.ts'
import { untilWritten } from '../ledger/conflict.ts'
import type { Change } from '../ledger/ledger.ts'
import type { Outcome, RecordRequest } from './outcome.ts'
import { withoutRecipient } from '../names/without-recipient.ts'
import type { Passage } from '../passage.ts'
import type { Policy } from '../policy/policy.ts'
import { rulesVersion } from '../rules-version.ts'
import { asideKeys } from '../state/aside-keys.ts'
import { checkRecord, messageKey } from '../subject.ts'
import { decideOn, emptyState, turn, type Progress, type Told } from './turn.ts'
import { isApplesDoing } from './whose-doing.ts'

/**
 * Remembers one outcome and says what to do: one read and one write. If the ledger cannot take it, it goes to the buffer.
 * Only a wrong argument makes it throw.
 */
export async function record(parts: Parts, request: RecordRequest): Promise<Action> {
  checkRecord(request)
  const understood = understand(parts, request)
  const told = understood instanceof Promise ? await understood : understood
  if ('action' in told) return told.action
  const { attempt } = told
  const decision = await parts.turns.run(attempt.address, () => remember(parts, told, request))
  if (decision.action.durable && !decision.action.buffered && !decision.uncounted) {
    const slowing = parts.lanes.heard(attempt, decision.action, decision.effects)
    if (slowing !== null) await slowing
  }
  if (attempt.late?.id !== undefined) parts.once.sweep(parts.clock())
  emitAction(parts.events, decision.action)
  for (const effect of decision.effects) {
    if (effect.type === 'released') parts.events.emit('released', { hold: effect.hold })
    if (effect.type === 'half-open') parts.events.emit('halfOpen', { hold: effect.hold, room: effect.room })
    if (effect.type === 'mx-doubtful') parts.events.emit('mxDoubtful', { domain: effect.domain })
    if (effect.type === 'alert') parts.events.emit('alert', effect.alert)
  }
  return decision.action
}

/** What a request tells; the action alone if nothing of it is to be remembered. Only few replies make it ask DNS. */
export function understand(
  parts: Pick<
    Parts,
    'passages' | 'clock' | 'policy' | 'random' | 'mailboxOf' | 'isHashed' | 'sameMailbox' | 'mx'
  >,
  request: RecordRequest,
): Told | { action: Action } | Promise<Told> {
  const { outcome, late } = request
  checkLate('record', late)
  const passage = passageOf(parts, request)
  const { route, scopeKeys } = passage
  const address = parts.mailboxOf(request.recipient)
  const attempt: Attempt = {
    ...route,
    recipient: request.recipient,
    address: address ?? '',
    messageId: messageKey(request.messageId),
    acceptedAt: request.acceptedAt,
    deliverBy: request.deliverBy,
    sameMailbox: parts.sameMailbox,
    attempt: request.attempt,
    rulesVersion,
    late,
    random: parts.random,
  }
  const { recipient, sender } = request
  const verdict =
    outcome.kind === 'reply'
      ? classify(outcome.input, { recipient, sender, mx: outcome.mx, phase: outcome.phase })
      : null
  if (outcome.kind === 'reply') attempt.phase = outcome.phase
  if (verdict?.provider === 'apple') attempt.heard = heardOf(request, verdict)

  if (late !== undefined && isTooOld(late, parts.clock()))
    return pass(verdict, emptyState(scopeKeys), attempt, 'it came too long ago to say anything')
  if (outcome.kind === 'esp-suppressed') {
    if (address === null) return pass(null, emptyState(scopeKeys), attempt)
  } else if (outcome.kind === 'delivered') {
    if (address === null || isHandedOver(attempt))
      return decide(null, emptyState(scopeKeys), parts.clock(), parts.policy, attempt)
  } else if (address === null || !isApplesDoing(outcome, verdict, recipient, route.hop)) {
    return pass(verdict, emptyState(scopeKeys), attempt)
  }

  const policy = parts.policy.now
  const trouble = troubleIn(outcome, verdict, policy)
  const rulePolicy = trouble?.rulePolicy ?? {}
  const aside = asideKeys(rulePolicy, attempt)
  const cut = parts.isHashed ? cutOf(request, verdict) : null
  const told: Told = { attempt, outcome, verdict, passage, trouble, policy, aside, cut }
  // Before the turn, as DNS takes its time.
  return rulePolicy.alertDomain ? withMx(told, parts.mx) : told
}

/**
 * What is kept of a reply in place of the words that name the recipient's local part alone. To a recipient such as
 * `user@icloud.com` most words of a refusal are no name: without them it could not be understood again, so they stay.
 */
function cutOf({ outcome, recipient, sender }: RecordRequest, verdict: Verdict | null): Told['cut'] {
  const text = outcome.kind === 'delivered' ? outcome.text : verdict?.text
  if (typeof text !== 'string') return null
  const said = keptReply(text)
  const kept = withoutRecipient(said, recipient)
  if (kept === said) return null
  if (outcome.kind !== 'reply' || verdict === null) return { said, kept }
  const again = classify(kept, { recipient, sender, mx: outcome.mx, phase: outcome.phase })
  return again.rule === verdict.rule ? { said, kept } : null
}

/** What is told later is somebody else's attempt: if it may count for the recipient alone, there is no scope. */
function passageOf({ passages, clock }: Pick<Parts, 'passages' | 'clock'>, request: RecordRequest): Passage {
  const { late, outcome } = request
  if (outcome.kind === 'esp-suppressed') return passages.of({ ...request, hop: 'relay' }, 'record')
  if (late === undefined) return passages.of(request, 'record')
  return passages.of({ ...request, hop: isAside(late, clock()) ? 'relay' : 'direct' }, 'record')
}

async function withMx(told: Told, mx: Parts['mx']): Promise<Told> {
  told.attempt.mxAtApple = await mx.lookAnew(domainOf(told.attempt.recipient) ?? '')
  return told
}

async function remember(parts: Parts, told: Told, request: RecordRequest): Promise<Decision> {
  const { outage, backlog } = parts
  const { address } = told.attempt
  // What is buffered for this recipient goes first.
  if (backlog?.isWaiting(address)) {
    const kept = await keep(parts, backlog, told, request, null)
    if (kept !== null) return kept
  }
  const progress: Progress = { abandoned: false, changes: null }
  try {
    const decision = await parts.patience.run(() => untilWritten(() => turn(parts, told, progress)))
    outage.end('write')
    backlog?.ledgerAnswers()
    parts.signals.look(parts.clock())
    return decision
  } catch (error) {
    progress.abandoned = true
    outage.begin(error, progress.changes === null ? 'read' : 'write')
  }
  const kept = backlog ? await keep(parts, backlog, told, request, progress.changes) : null
  return kept ?? blind(parts, told, false)
}

/** Puts it into the buffer. `null` if that cannot be written. */
async function keep(
  parts: Parts,
  backlog: Backlog,
  told: Told,
  request: RecordRequest,
  tried: readonly Change[] | null,
): Promise<Decision | null> {
  const decision = blind(parts, told, true)
  const at = parts.clock()
  const isKept = await backlog.add({ told, request, at, did: decision.action.type, tried })
  return isKept ? decision : null
}

/** Without what is remembered: right for this message, and nothing beyond it. */
function blind(parts: Parts, told: Told, buffered: boolean): Decision {
  const decision = decideOn(told, emptyState(told.passage.scopeKeys), parts.clock(), told.policy)
  const action: Action = { ...notForGood(decision.action), holds: [], durable: buffered }
  if (buffered) action.buffered = true
  return { ...decision, action, effects: [] }
}

/** Whether a recipient is to be suppressed depends on what is remembered, such as mail that Apple took lately. */
function notForGood(action: Action): Action {
  if (action.type !== 'suppress') return action
  const reason = `${action.verdict?.rule}: given up; nobody is suppressed while the ledger is out of reach`
  return { ...action, type: 'soft-bounce', suppression: null, reason }
}

/** What the policy says to a refusal of Apple's; `null` for what is none. */
function troubleIn(outcome: Outcome, verdict: Verdict | null, policy: Policy): Trouble | null {
  if (outcome.kind === 'no-reply') return silenceOf(policy)
  if (outcome.kind !== 'reply' || verdict?.rule == null) return null
  return troubleOf(verdict, verdict.rule, policy, outcome)
}
