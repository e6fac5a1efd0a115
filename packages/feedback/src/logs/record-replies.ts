import { setTimeout as delay } from 'node:timers/promises'
import { FeedbackError } from '../errors.ts'
import type { Feedback } from '../recorder/feedback.ts'
import type { LateReply } from '../recorder/late-reply.ts'
import type { LateResult, LateStatus } from '../recorder/late-result.ts'
import type { LogReply } from './log-reply.ts'

/** How many replies came to what. */
export type LogCounts = Record<Exclude<LateStatus, 'failed'>, number>

/** What {@link recordReplies} is told. */
export interface Recording {
  feedback: Feedback
  /** What the log does not say. */
  annotate: (reply: LogReply) => Partial<LateReply>
  onResult: ((reply: LogReply, result: LateResult) => void) | undefined
  counts: LogCounts
  /** Tries again for ever what could not be remembered. */
  isPatient: boolean
  signal: AbortSignal | undefined
}

const atOnce = 256
const longestPauseMs = 30_000

/**
 * Records replies, many at once; those of one recipient stay in their order. Returns when all are on disk.
 *
 * @throws FeedbackError `ENOTRECORDED`
 */
export async function recordReplies(replies: readonly LogReply[], recording: Recording): Promise<void> {
  for (let from = 0; from < replies.length; from += atOnce) {
    let left = replies.slice(from, from + atOnce)
    for (let pauseMs = 500; left.length > 0; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      left = await recordSome(left, recording)
      if (left.length === 0) break
      if (!recording.isPatient) throw notRecorded(left.length)
      await delay(pauseMs, undefined, recording.signal ? { signal: recording.signal } : {})
    }
  }
}

/** Gives back those that could not be remembered. */
async function recordSome(replies: readonly LogReply[], recording: Recording): Promise<LogReply[]> {
  const { feedback, annotate, onResult, counts } = recording
  const failed: LogReply[] = []
  await Promise.all(
    replies.map(async (reply) => {
      const result = await feedback.record({ ...reply, ...annotate(reply) })
      if (result.status === 'failed') failed.push(reply)
      else {
        counts[result.status]++
        onResult?.(reply, result)
      }
    }),
  )
  return failed
}

function notRecorded(count: number): FeedbackError {
  return new FeedbackError(
    'ENOTRECORDED',
    `${count} replies could not be remembered: neither the ledger nor its buffer took them. Look why, and run it again: it goes on before them`,
  )
}
