import { classify, type Verdict } from '@icloud-delivery/rules'
import type { Action } from './action.ts'
import { domainOf } from '../address.ts'
import type { Attempt, Decision } from '../decide/attempt.ts'
import { untilWritten } from '../ledger/conflict.ts'
import { decide, pass } from '../decide/decide.ts'
import { decideNoReply } from '../decide/decide-no-reply.ts'
import type { Incidents } from '../incidents/incidents.ts'
import type { Parts } from '../engine-core.ts'
import { eventsOf } from './event-log.ts'
import { emitAction } from '../events.ts'
import { EngineError } from '../errors.ts'
import type { Backlog } from '../buffer/backlog.ts'
import type { Change, Ledger } from '../ledger/ledger.ts'
import { heardOf } from './heard.ts'
import type { Outcome, RecordRequest } from './outcome.ts'
import { rulePolicyOf, type Policy } from '../policy/policy.ts'
import { rulesVersion } from '../rules-version.ts'
import { asideKeys, stateOf, valuesOf, type AsideKey } from '../state/aside-keys.ts'
import type { Signals } from '../signals/signals.ts'
import { recipientKey, type State } from '../state/state.ts'
import { checkRecord, messageKey } from '../subject.ts'
import { isApplesDoing } from './whose-doing.ts'

/** An outcome that is to be remembered. */
export interface Told {
  attempt: Attempt
  outcome: Outcome
  verdict: Verdict | null
  scopeKeys: readonly string[]
  /** What the rule counts at besides. */
  aside: readonly AsideKey[]
}

/** How far a turn got, for whoever gives up waiting for it. */
export interface Progress {
  /** No more is to be written: the outcome is kept elsewhere. */
  abandoned: boolean
  /** What was given to the ledger last, whatever became of it. */
  changes: readonly Change[] | null
}

/** What a turn needs. */
export type TurnParts = Pick<Parts, 'policy' | 'clock'> & {
  ledger: Pick<Ledger, 'read' | 'write'>
  signals: Pick<Signals, 'recorded'>
  incidents: Pick<Incidents, 'caseOf' | 'counted' | 'recorded'>
}

/**
 * Remembers one outcome and says what to do: one read and one write. If the ledger cannot take it, it goes to the buffer.
 * Only a wrong argument makes it throw.
 */
export async function record(parts: Parts, request: RecordRequest): Promise<Action> {
  checkRecord(request)
  const told = await understand(parts, request)
  if ('action' in told) return told.action
  const { attempt } = told
  const decision = await parts.turns.run(attempt.address, () => remember(parts, told, request))
  if (decision.action.durable && !decision.action.buffered) {
    const slowing = parts.lanes.heard(attempt, decision.action, decision.effects)
    if (slowing !== null) await slowing
  }
  emitAction(parts.events, decision.action)
  for (const effect of decision.effects) {
    if (effect.type === 'released') parts.events.emit('released', { hold: effect.hold })
    if (effect.type === 'mx-doubtful') parts.events.emit('mxDoubtful', { domain: effect.domain })
    if (effect.type === 'alert') parts.events.emit('alert', effect.alert)
  }
  return decision.action
}

/** What a request tells; the action alone if nothing of it is to be remembered. */
export async function understand(
  parts: Pick<Parts, 'passages' | 'clock' | 'policy' | 'random' | 'mailboxOf' | 'sameMailbox' | 'mx'>,
  request: RecordRequest,
): Promise<Told | { action: Action }> {
  const { outcome } = request
  const { route, scopeKeys } = parts.passages.of(request, 'record')
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
    random: parts.random,
  }
  const { recipient, sender } = request
  const verdict =
    outcome.kind === 'reply'
      ? classify(outcome.input, { recipient, sender, mx: outcome.mx, phase: outcome.phase })
      : null
  if (verdict?.provider === 'apple') attempt.heard = heardOf(request, verdict)

  if (outcome.kind === 'delivered') {
    if (address === null || route.hop === 'relay')
      return decide(null, emptyState(scopeKeys), parts.clock(), parts.policy, attempt)
  } else if (address === null || !isApplesDoing(outcome, verdict, recipient, route.hop)) {
    return pass(verdict, emptyState(scopeKeys), attempt)
  }

  const rule = verdict?.rule ? rulePolicyOf(parts.policy, verdict, verdict.rule) : {}
  // Before the turn, as DNS takes its time.
  if (rule.alertDomain) attempt.mxAtApple = await parts.mx.lookAnew(domainOf(recipient) ?? '')
  return { attempt, outcome, verdict, scopeKeys, aside: asideKeys(rule, attempt) }
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
  const decision = decideOn(told, emptyState(told.scopeKeys), parts.clock(), parts.policy)
  const action: Action = { ...decision.action, holds: [], durable: buffered }
  if (buffered) action.buffered = true
  return { ...decision, action, effects: [] }
}

/** Reads, decides and writes once. `undefined` if somebody else wrote in between. */
export async function turn(parts: TurnParts, told: Told, progress?: Progress): Promise<Decision | undefined> {
  const { ledger, policy, clock } = parts
  const { scopeKeys, aside, outcome, verdict } = told
  const keys = [recipientKey(told.attempt.address), ...scopeKeys, ...aside.map(({ key }) => key)]
  const reply = parts.incidents.caseOf(verdict, told.attempt.address)
  refuseIfAbandoned(progress)
  const entries = await ledger.read(reply === null ? keys : [...keys, ...reply.keys])
  refuseIfAbandoned(progress)
  reply?.see(entries.slice(keys.length))
  const values: object[] = keys.map((_, index) => entries[index]?.value ?? {})
  const state = stateOf(values, aside)
  const now = clock()
  const attempt = reply?.incident === undefined ? told.attempt : { ...told.attempt, incident: reply.incident }
  const decision = decideOn({ ...told, attempt }, state, now, policy)
  const { nextState } = decision
  const changes: Change[] = []
  valuesOf(nextState, aside).forEach((value, index) => {
    const key = keys[index]
    if (key === undefined || value === values[index]) return
    changes.push({ key, expected: entries[index]?.version ?? 0, value })
  })
  const against = reply?.remember(state.recipient, decision, attempt.messageId, now)
  if (against !== undefined) changes.push(...against.changes)
  const recorded = {
    before: state.recipient,
    recipient: attempt.recipient,
    address: attempt.address,
    verdict,
    attempts: decision.action.attempts,
  }
  const good = outcome.kind === 'no-reply' ? null : parts.incidents.counted(recorded, now)
  const counted = parts.signals.recorded(attempt, decision.action, now, good)
  if (progress) progress.changes = changes
  let written = false
  try {
    written = await ledger.write(
      changes,
      eventsOf(decision, attempt, outcome, now),
      against === undefined ? counted.counts : [...counted.counts, ...against.counts],
    )
  } finally {
    if (!written) counted.putBack()
  }
  if (progress && !written) progress.changes = null
  if (!written) return undefined
  parts.incidents.recorded(recorded, good, reply?.incident, now)
  return decision
}

function decideOn({ outcome, verdict, attempt }: Told, state: State, now: number, policy: Policy): Decision {
  return outcome.kind === 'no-reply'
    ? decideNoReply(state, now, policy, attempt)
    : decide(verdict, state, now, policy, attempt)
}

function emptyState(scopeKeys: readonly string[]): State {
  return { recipient: {}, scopes: scopeKeys.map(() => ({})) }
}

function refuseIfAbandoned(progress: Progress | undefined): void {
  if (progress?.abandoned) throw new EngineError('ELEDGERTIMEOUT', 'given up: the outcome is kept elsewhere')
}
