import type { StoredEvent } from '@icloud-delivery/engine'

/** A line of the event log, as far as a page shows it. Texts named `reply` are remote. */
export interface LiveEvent {
  id: number
  at: number
  type: string
  subject: string
  rule: string | null
  stream: string | null
  lane: string | null
  reply: string | null
  retryAt: number | null
  /** Of alerts: what kind, and the sentence. */
  kind: string | null
  message: string | null
  /** Of what was done by hand: who did it. Of an incident that is over: why. */
  by: string | null
  /** Of what an incident took back: its id. */
  incident: string | null
}

const longest = 1000

export function liveEvent({ id, at, type, subject, data }: StoredEvent): LiveEvent {
  const text = (value: unknown): string | null => (typeof value === 'string' ? value.slice(0, longest) : null)
  return {
    id,
    at,
    type,
    subject: subject.slice(0, longest),
    rule: text(data.rule),
    stream: text(data.stream),
    lane: text(data.lane),
    reply: text(data.reply) ?? text(data.error),
    retryAt: typeof data.retryAt === 'number' ? data.retryAt : null,
    kind: text(data.kind) ?? text(data.action),
    message: text(data.message),
    by: text(data.by),
    incident: text(data.incident),
  }
}
