import type { Alert } from '../signals/alert.ts'
import type { Quarantine } from '../state/state.ts'
import type { Suppression } from '../state/suppression.ts'
import type { Attempt } from './attempt.ts'

const longestReply = 1000

/** A reply as it is kept as evidence: at most 1,000 characters. */
export function keptReply(text: string): string {
  return text.slice(0, longestReply)
}

/** What a reply of the recipient's own fault leads to, with the evidence. */
export function replySuppression(
  rule: string,
  text: string,
  attempt: Attempt,
  now: number,
  confirmed: Quarantine | null,
): Suppression {
  return {
    recipient: attempt.address,
    origin: 'reply',
    streams: ['*'],
    at: now,
    rule,
    rulesVersion: attempt.rulesVersion,
    reply: keptReply(text),
    messageId: attempt.messageId,
    ...(confirmed && {
      earlier: { at: confirmed.at, reply: confirmed.reply, messageId: confirmed.messageId },
    }),
    incident: null,
    ...(attempt.heard && { heard: attempt.heard }),
    note: null,
  }
}

/** For an address that somebody marked as important. */
export function importantAlert({ recipient, at, rule, reply }: Suppression): Alert {
  return {
    kind: 'important-suppressed',
    at,
    subject: recipient,
    message: `An address that is marked as important gets no more mail: Apple's reply was ${rule}. Ask its owner for another address; if Apple is wrong, release it.`,
    rule,
    numbers: {},
    url: null,
    reply,
  }
}
