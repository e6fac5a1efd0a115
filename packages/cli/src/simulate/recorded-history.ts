import type { Ledger, StoredEvent } from '@icloud-delivery/engine'

/** An attempt as the event log kept it. */
export interface RecordedAttempt {
  recipient: string
  /** ms since the epoch. */
  at: number
  stream: string
  lane: string
  messageId: string
  /** What was done. */
  was: string
  /** `null`: Apple took it. */
  reply: string | null
  /** There was no reply, but this error of the connection. */
  error: string | null
  mx: string | null
  phase: string | null
}

/** A suppression by hand that stands between the attempts. */
export interface RecordedSuppression {
  recipient: string
  at: number
  origin: string
  streams: readonly string[]
}

/** What the event log kept of the past, oldest first. */
export interface History {
  attempts: readonly (RecordedAttempt | RecordedSuppression)[]
  /** How many of them are attempts. */
  count: number
}

const eventsALook = 500
const attemptTypes: readonly string[] = ['delivered', 'retry', 'soft-bounce', 'fail', 'hold', 'suppress']

/** Reads the event log of a span of time, ms since the epoch. The log is bounded, and so is this. */
export async function recordedHistory(
  ledger: Pick<Ledger, 'events'>,
  { since, until }: { since: number; until: number },
): Promise<History> {
  const attempts: (RecordedAttempt | RecordedSuppression)[] = []
  let before: number | undefined
  for (;;) {
    const events = await ledger.events({ limit: eventsALook, ...(before !== undefined && { before }) })
    before = events.at(-1)?.id
    if (before === undefined) break
    for (const event of events) {
      if (event.at < since || event.at >= until) continue
      const recorded = byHand(event) ?? attemptOf(event)
      if (recorded !== null) attempts.push(recorded)
    }
  }
  // Processes write a moment late, so the log is not quite in order.
  const ordered = attempts.toReversed().toSorted((a, b) => a.at - b.at)
  return { attempts: ordered, count: ordered.filter((one) => 'was' in one).length }
}

function byHand({ at, type, subject, data }: StoredEvent): RecordedSuppression | null {
  const { origin, streams } = data
  if (type !== 'suppress' || typeof origin !== 'string' || !Array.isArray(streams)) return null
  return { recipient: subject, at, origin, streams: streams as string[] }
}

function attemptOf({ at, type, subject, data }: StoredEvent): RecordedAttempt | null {
  if (!attemptTypes.includes(type)) return null
  const { mx, phase } = (data.heard ?? {}) as Record<string, unknown>
  const messageId = text(data.messageId)
  const reply = type === 'delivered' ? null : text(data.reply)
  const error = text(data.error) ?? (data.rule === 'no-reply' ? '' : null)
  if (messageId === null || (type !== 'delivered' && reply === null && error === null)) return null
  return {
    recipient: subject,
    at,
    stream: text(data.stream) ?? 'transactional',
    lane: text(data.lane) ?? 'default',
    messageId,
    was: type,
    reply,
    error,
    mx: text(mx),
    phase: text(phase),
  }
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
