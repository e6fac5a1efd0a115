import { classify, type Verdict } from '@icloud-delivery/rules'
import type { Action } from './action.ts'
import { foldAddress } from '../address.ts'
import type { Attempt, Decision } from '../decide/attempt.ts'
import { untilWritten } from '../ledger/conflict.ts'
import { decide, pass } from '../decide/decide.ts'
import { decideNoReply } from '../decide/decide-no-reply.ts'
import type { Parts } from '../engine-core.ts'
import { eventsOf } from './event-log.ts'
import { emitAction } from '../events.ts'
import type { Change } from '../ledger/ledger.ts'
import type { Outcome, RecordRequest } from './outcome.ts'
import type { Policy } from '../policy/policy.ts'
import { rulesVersion } from '../rules-version.ts'
import { recipientKey, type State } from '../state/state.ts'
import { checkRecord, messageKey } from '../subject.ts'
import { isApplesDoing } from './whose-doing.ts'

/** Remembers one outcome and says what to do: one read and one write. Only a wrong argument makes it throw. */
export async function record(parts: Parts, request: RecordRequest): Promise<Action> {
  checkRecord(request)
  const { outcome } = request
  const { route, scopeKeys } = parts.passages.of(request, 'record')
  const address = foldAddress(request.recipient)
  const attempt: Attempt = {
    ...route,
    recipient: request.recipient,
    address: address ?? '',
    messageId: messageKey(request.messageId),
    acceptedAt: request.acceptedAt,
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

  if (outcome.kind === 'delivered') {
    if (address === null || route.hop === 'relay')
      return decide(null, empty, parts.clock(), parts.policy, attempt).action
  } else if (address === null || !isApplesDoing(outcome, verdict, address, route.hop)) {
    return pass(verdict, empty, attempt).action
  }

  const keys = [recipientKey(attempt.address), ...scopeKeys]
  let decision: Decision
  try {
    decision = await parts.turns.run(attempt.address, () =>
      untilWritten(() => turn(parts, keys, verdict, attempt, outcome)),
    )
    parts.outage.end()
    parts.signals.look(parts.clock())
  } catch (error) {
    parts.outage.begin(error)
    const blind = decideOn(outcome, verdict, empty, parts.clock(), parts.policy, attempt)
    decision = { ...blind, action: { ...blind.action, holds: [], durable: false }, effects: [] }
  }
  emitAction(parts.events, decision.action)
  for (const effect of decision.effects) {
    if (effect.type === 'released') parts.events.emit('released', { hold: effect.hold })
    if (effect.type === 'alert') parts.events.emit('alert', effect.alert)
  }
  return decision.action
}

/** Reads, decides and writes once. `undefined` if somebody else wrote in between. */
async function turn(
  parts: Parts,
  keys: readonly string[],
  verdict: Verdict | null,
  attempt: Attempt,
  outcome: Outcome,
): Promise<Decision | undefined> {
  const { ledger, policy, clock } = parts
  const entries = await ledger.read(keys)
  const [recipient = {}, ...scopes] = entries.map((entry) => entry?.value ?? {})
  const state: State = { recipient, scopes }
  const now = clock()
  const decision = decideOn(outcome, verdict, state, now, policy, attempt)
  const { nextState } = decision
  const changes: Change[] = []
  keys.forEach((key, index) => {
    const value = index === 0 ? nextState.recipient : nextState.scopes[index - 1]
    const before = index === 0 ? recipient : scopes[index - 1]
    if (value !== before) changes.push({ key, expected: entries[index]?.version ?? 0, value })
  })
  const counted = parts.signals.recorded(attempt, decision.action, now)
  let written = false
  try {
    written = await ledger.write(changes, eventsOf(decision, attempt, outcome, now), counted.counts)
  } finally {
    if (!written) counted.putBack()
  }
  return written ? decision : undefined
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
