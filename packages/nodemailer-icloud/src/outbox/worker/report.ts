import type { OutboxEntry, OutboxOutcome, OutboxRecipient } from '../entry.ts'

/** A final outcome, and of which message. */
export interface OutboxReport extends OutboxOutcome {
  /** The message in the outbox: the `outboxId` that `sendMail` gave. */
  id: string
  messageId: string
  /** The envelope sender; `false` for the null sender. */
  from: string | false
  stream: string
  /** ms since the epoch. */
  acceptedAt: number
}

/** A recipient that has to be tried again. */
export interface OutboxRetry extends OutboxRecipient {
  id: string
  messageId: string
}

/** A message that went to the dead-letter list. */
export interface OutboxDeath {
  id: string
  reason: string
  /** `null` if it cannot be read. */
  entry: OutboxEntry | null
}

/** Told of each final outcome; a promise is waited for. What it throws is logged, and it is told again later. */
export type OnOutcome = (report: OutboxReport) => unknown

/** What the events of a worker carry. */
export interface OutboxEvents {
  delivered: OutboxReport
  undelivered: OutboxReport
  retry: OutboxRetry
  dead: OutboxDeath
  /** What no other event says, such as that the outbox cannot be written at the moment. */
  warning: string
}

export function reportOf(id: string, entry: OutboxEntry, outcome: OutboxOutcome): OutboxReport {
  const { messageId, envelope, stream, acceptedAt } = entry
  return { id, messageId, from: envelope.from, stream, acceptedAt, ...outcome }
}
