import type { Attempt, Decision } from '../decide/attempt.ts'
import { keptReply } from '../decide/reply-suppression.ts'
import type { LedgerEvent } from '../ledger/ledger.ts'
import type { Outcome } from './outcome.ts'
import { noReply } from '../policy/policy.ts'
import { visible } from '../visible.ts'

const longestError = 300
const longestName = 64

/** The lines that an attempt adds to the event log. Texts are remote and cut at 1,000 characters. */
export function eventsOf(decision: Decision, attempt: Attempt, outcome: Outcome, now: number): LedgerEvent[] {
  const { action, effects } = decision
  const data: Record<string, unknown> = {
    messageId: attempt.messageId,
    stream: attempt.stream,
    lane: attempt.lane,
  }
  if (decision.uncounted) data.seed = true
  if (action.verdict) {
    data.rule = action.verdict.rule
    data.rulesVersion = attempt.rulesVersion
    if (attempt.heard) data.heard = attempt.heard
    data.reply = keptReply(action.verdict.text)
    data.attempts = action.attempts
    if (action.retryAt !== null) data.retryAt = action.retryAt
    if (attempt.incident !== undefined) data.incident = attempt.incident
  } else if (outcome.kind === 'delivered') {
    if (typeof outcome.text === 'string') data.reply = keptReply(outcome.text)
  } else if (outcome.kind === 'esp-suppressed') {
    data.provider = null
    data.by = typeof outcome.by === 'string' ? visible(outcome.by.slice(0, longestName)) : null
    if (typeof outcome.reason === 'string') data.reason = visible(outcome.reason.slice(0, longestError))
  } else {
    data.rule = noReply
    if (outcome.kind === 'no-reply' && typeof outcome.error === 'string') {
      data.error = visible(outcome.error.slice(0, longestError))
    }
    data.attempts = action.attempts
    if (action.retryAt !== null) data.retryAt = action.retryAt
  }
  if (attempt.late !== undefined) data.late = true
  const first = outcome.kind === 'esp-suppressed' ? outcome.kind : action.type
  const lines: LedgerEvent[] = [{ at: now, type: first, subject: attempt.address, data }]
  for (const effect of effects) {
    if (effect.type === 'alert') {
      const { subject, kind, message, rule, numbers } = effect.alert
      lines.push({ at: now, type: 'alert', subject, data: { kind, message, rule, numbers } })
      continue
    }
    // The lane writes its own line, once a storm.
    if (effect.type === 'slow') continue
    // It begins once, and goes on with each message.
    if (effect.type === 'half-open' && !effect.isNew) continue
    if (effect.type === 'mx-doubtful') {
      lines.push({ at: now, type: effect.type, subject: effect.domain, data: { rule: effect.rule } })
      continue
    }
    const { type, hold } = effect
    lines.push({
      at: now,
      type: `scope-${type}`,
      subject: `${hold.scope}/${hold.id}`,
      data: { rule: data.rule ?? null, messageId: attempt.messageId, stream: attempt.stream },
    })
  }
  return lines
}
