import { classify, type Verdict } from '@icloud-delivery/rules'
import type { Action } from './action.ts'
import { domainOf } from '../address.ts'
import type { Attempt, Decision } from '../decide/attempt.ts'
import { untilWritten } from '../ledger/conflict.ts'
import { decide, pass } from '../decide/decide.ts'
import { decideNoReply } from '../decide/decide-no-reply.ts'
import type { Parts } from '../engine-core.ts'
import { eventsOf } from './event-log.ts'
import { emitAction } from '../events.ts'
import type { Change } from '../ledger/ledger.ts'
import { heardOf } from './heard.ts'
import type { Outcome, RecordRequest } from './outcome.ts'
import { rulePolicyOf, type Policy } from '../policy/policy.ts'
import { rulesVersion } from '../rules-version.ts'
import { asideKeys, stateOf, valuesOf, type AsideKey } from '../state/aside-keys.ts'
import { recipientKey, type State } from '../state/state.ts'
import { checkRecord, messageKey } from '../subject.ts'
import { isApplesDoing } from './whose-doing.ts'

/** Remembers one outcome and says what to do: one read and one write. Only a wrong argument makes it throw. */
export async function record(parts: Parts, request: RecordRequest): Promise<Action> {
  checkRecord(request)
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
  const empty: State = { recipient: {}, scopes: scopeKeys.map(() => ({})) }
  const { recipient, sender } = request
  const verdict =
    outcome.kind === 'reply'
      ? classify(outcome.input, { recipient, sender, mx: outcome.mx, phase: outcome.phase })
      : null
  if (verdict?.provider === 'apple') attempt.heard = heardOf(request, verdict)

  if (outcome.kind === 'delivered') {
    if (address === null || route.hop === 'relay')
      return decide(null, empty, parts.clock(), parts.policy, attempt).action
  } else if (address === null || !isApplesDoing(outcome, verdict, recipient, route.hop)) {
    return pass(verdict, empty, attempt).action
  }

  const rule = verdict?.rule ? rulePolicyOf(parts.policy, verdict, verdict.rule) : {}
  const aside = asideKeys(rule, attempt)
  // Before the turn, as DNS takes its time.
  if (rule.alertDomain) attempt.mxAtApple = await parts.mx.lookAnew(domainOf(request.recipient) ?? '')
  const keys = [recipientKey(attempt.address), ...scopeKeys, ...aside.map(({ key }) => key)]
  let decision: Decision
  try {
    decision = await parts.turns.run(attempt.address, () =>
      untilWritten(() => turn(parts, keys, aside, verdict, attempt, outcome)),
    )
    parts.outage.end()
    parts.signals.look(parts.clock())
    const slowing = parts.lanes.heard(route, decision.action, decision.effects)
    if (slowing !== null) await slowing
  } catch (error) {
    parts.outage.begin(error)
    const blind = decideOn(outcome, verdict, empty, parts.clock(), parts.policy, attempt)
    decision = { ...blind, action: { ...blind.action, holds: [], durable: false }, effects: [] }
  }
  emitAction(parts.events, decision.action)
  for (const effect of decision.effects) {
    if (effect.type === 'released') parts.events.emit('released', { hold: effect.hold })
    if (effect.type === 'mx-doubtful') parts.events.emit('mxDoubtful', { domain: effect.domain })
    if (effect.type === 'alert') parts.events.emit('alert', effect.alert)
  }
  return decision.action
}

/** Reads, decides and writes once. `undefined` if somebody else wrote in between. */
async function turn(
  parts: Parts,
  keys: readonly string[],
  aside: readonly AsideKey[],
  verdict: Verdict | null,
  attempt: Attempt,
  outcome: Outcome,
): Promise<Decision | undefined> {
  const { ledger, policy, clock } = parts
  const reply = parts.incidents.caseOf(verdict, attempt.address)
  const entries = await ledger.read(reply === null ? keys : [...keys, ...reply.keys])
  reply?.see(entries.slice(keys.length))
  const values: object[] = keys.map((_, index) => entries[index]?.value ?? {})
  const state = stateOf(values, aside)
  const now = clock()
  const told = reply?.incident === undefined ? attempt : { ...attempt, incident: reply.incident }
  const decision = decideOn(outcome, verdict, state, now, policy, told)
  const { nextState } = decision
  const changes: Change[] = []
  valuesOf(nextState, aside).forEach((value, index) => {
    const key = keys[index]
    if (key === undefined || value === values[index]) return
    changes.push({ key, expected: entries[index]?.version ?? 0, value })
  })
  const against = reply?.remember(state.recipient, decision, attempt.messageId, now)
  const recorded = {
    before: state.recipient,
    recipient: attempt.recipient,
    address: attempt.address,
    verdict,
    attempts: decision.action.attempts,
  }
  const good = outcome.kind === 'no-reply' ? null : parts.incidents.counted(recorded, now)
  const counted = parts.signals.recorded(attempt, decision.action, now, good)
  let written = false
  try {
    written = await ledger.write(
      against === undefined ? changes : [...changes, ...against.changes],
      eventsOf(decision, told, outcome, now),
      against === undefined ? counted.counts : [...counted.counts, ...against.counts],
    )
  } finally {
    if (!written) counted.putBack()
  }
  if (!written) return undefined
  parts.incidents.recorded(recorded, good, reply?.incident, now)
  return decision
}

function decideOn(
  outcome: Outcome,
  verdict: Verdict | null,
  state: State,
  now: number,
  policy: Policy,
  attempt: Attempt,
): Decision {
  return outcome.kind === 'no-reply'
    ? decideNoReply(state, now, policy, attempt)
    : decide(verdict, state, now, policy, attempt)
}
