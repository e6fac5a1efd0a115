import type { Parts } from '../../engine-core.ts'
import type { StoredEvent } from '../../ledger/ledger.ts'
import { onlyOptions } from '../../only-options.ts'
import { recipientPages } from '../recipient-pages.ts'
import {
  replayKinds,
  replayReply,
  type ReplayedAs,
  type ReplayKind,
  type StoredReply,
} from './replay-reply.ts'
import { isWithin, spanOf, type Time, type TimeSpan } from '../time-span.ts'
import type { Action } from '../../record/action.ts'
import { argument } from '../../subject.ts'
import type { Heard } from '../../state/suppression.ts'

/** What {@link Engine.replay} takes. */
export interface ReplayRequest {
  /** Replies that came then or later: ms since the epoch, or a date. Default: all that were kept. */
  since?: Time
  /** Replies that came before. Default: until now. */
  until?: Time
  /** Called every some hundred replies or recipients, with how many replies were looked at. */
  progress?: (replies: number) => void
  /** Stops it: the iteration throws the signal's reason. */
  signal?: AbortSignal
}

/** A reply that would be taken for something else today. */
export interface ReplayDifference {
  kind: ReplayKind
  recipient: string
  /** When the reply came, ms since the epoch. */
  at: number
  /** At most 1,000 characters. Remote text. */
  reply: string
  messageId: string | null
  was: ReplayedAs
  now: ReplayedAs
}

/** What a replay came to. */
export interface ReplaySummary {
  /** Replies that were looked at: those of suppressions, and of the event log. */
  replies: number
  /** Suppressions by a reply that was not kept: nothing can be said of them. */
  withoutReply: number
  differences: number
  kinds: Record<ReplayKind, number>
  /** The differences by what they were and what they would be, 1,000 kinds at most. */
  pairs: { was: Omit<ReplayedAs, 'rulesVersion'>; now: Omit<ReplayedAs, 'rulesVersion'>; count: number }[]
}

/** The differences, one by one. `summary` is complete when the iteration has ended; each iteration begins anew. */
export interface Replay extends AsyncIterable<ReplayDifference> {
  readonly summary: ReplaySummary
}

const mostPairs = 1000
const eventsALook = 500
/** Lines of the event log with a reply that was acted on. Those of a suppression are kept with the suppression itself. */
const actions: readonly string[] = ['retry', 'soft-bounce', 'fail', 'hold'] satisfies Action['type'][]

const options: readonly string[] = ['since', 'until', 'progress', 'signal'] satisfies (keyof ReplayRequest)[]

/** Answers {@link Engine.replay}. */
export function replay(parts: Parts, request: ReplayRequest): Replay {
  if (typeof request !== 'object' || request === null)
    throw argument('replay', 'the request', 'an object such as { since }', request)
  onlyOptions('replay', request, options)
  const span = spanOf('replay', request)
  let summary = emptySummary()
  return {
    get summary() {
      return summary
    },
    async *[Symbol.asyncIterator]() {
      summary = emptySummary()
      const counted = summary
      for await (const some of storedReplies(parts, request, span, counted)) {
        for (const { heard, ...stored } of some) {
          counted.replies++
          const difference = replayReply({ heard, ...stored }, parts.policy)
          if (difference === null) continue
          count(counted, difference.kind, stored.was, difference.now)
          yield { ...stored, ...difference }
        }
        request.progress?.(counted.replies)
      }
    },
  }
}

/** Replies as they were kept, some at a time. */
async function* storedReplies(
  { ledger }: Parts,
  { signal }: ReplayRequest,
  span: TimeSpan,
  summary: ReplaySummary,
): AsyncIterable<StoredReply[]> {
  for await (const page of recipientPages(ledger, signal)) {
    yield page.flatMap(({ address, entry }) =>
      (entry.value.suppressions ?? []).flatMap(({ origin, at, rule, ...kept }): StoredReply[] => {
        if (origin !== 'reply' || !isWithin(span, at)) return []
        const { reply, messageId, heard, rulesVersion } = kept
        if (reply === null) summary.withoutReply++
        if (reply === null) return []
        const was = { rule, action: 'suppress', rulesVersion } as const
        return [{ recipient: address, at, reply, messageId, heard, was }]
      }),
    )
  }
  let before: number | undefined
  for (;;) {
    signal?.throwIfAborted()
    const events = await ledger.events({ limit: eventsALook, ...(before !== undefined && { before }) })
    before = events.at(-1)?.id
    if (before === undefined) return
    yield events.flatMap((event) => (isWithin(span, event.at) ? (replyOf(event) ?? []) : []))
    await new Promise(setImmediate)
  }
}

function replyOf({ at, type, subject, data }: StoredEvent): StoredReply | null {
  const { rule, reply, rulesVersion, messageId, heard } = data
  if (!actions.includes(type) || typeof reply !== 'string' || typeof rule !== 'string') return null
  return {
    recipient: subject,
    at,
    reply,
    messageId: typeof messageId === 'string' ? messageId : null,
    heard: heard as Heard | undefined,
    was: {
      rule,
      action: type as Action['type'],
      rulesVersion: typeof rulesVersion === 'string' ? rulesVersion : null,
    },
  }
}

function emptySummary(): ReplaySummary {
  const kinds = Object.fromEntries(replayKinds.map((kind) => [kind, 0])) as Record<ReplayKind, number>
  return { replies: 0, withoutReply: 0, differences: 0, kinds, pairs: [] }
}

function count(summary: ReplaySummary, kind: ReplayKind, was: ReplayedAs, now: ReplayedAs): void {
  summary.differences++
  summary.kinds[kind]++
  const isSame = (a: Omit<ReplayedAs, 'rulesVersion'>, b: ReplayedAs): boolean =>
    a.rule === b.rule && a.action === b.action
  const pair = summary.pairs.find((one) => isSame(one.was, was) && isSame(one.now, now))
  if (pair) pair.count++
  else if (summary.pairs.length < mostPairs) {
    summary.pairs.push({
      was: { rule: was.rule, action: was.action },
      now: { rule: now.rule, action: now.action },
      count: 1,
    })
  }
}
