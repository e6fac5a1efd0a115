import type { Attempt, Decision } from './attempt.ts'
import type { LedgerEvent } from './ledger.ts'
import type { Outcome } from './outcome.ts'

const longestText = 1000

/** The lines that an attempt adds to the event log. Texts are remote and cut at 1,000 characters. */
export function eventsOf(decision: Decision, attempt: Attempt, outcome: Outcome, now: number): LedgerEvent[] {
  const { action, effects } = decision
  const data: Record<string, unknown> = {
    messageId: attempt.messageId,
    stream: attempt.stream,
    lane: attempt.lane,
  }
  if (action.verdict) {
    data.rule = action.verdict.rule
    data.reply = action.verdict.text.slice(0, longestText)
    data.attempts = action.attempts
    if (action.retryAt !== null) data.retryAt = action.retryAt
  } else if (outcome.kind === 'delivered' && typeof outcome.text === 'string') {
    data.reply = outcome.text.slice(0, longestText)
  }
  const lines: LedgerEvent[] = [{ at: now, type: action.type, subject: attempt.address, data }]
  for (const { type, hold } of effects) {
    lines.push({
      at: now,
      type: `scope-${type}`,
      subject: `${hold.scope}/${hold.id}`,
      data: { rule: action.verdict?.rule ?? null, messageId: attempt.messageId },
    })
  }
  return lines
}
