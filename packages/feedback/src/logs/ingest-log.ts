import { LogIngestion } from './log-ingestion.ts'
import { loadPosition } from './log-position.ts'
import type { LogCounts } from './record-replies.ts'
import type { LogFormat, LogReply } from './log-reply.ts'
import { logClock, type LogProgress } from './read-log.ts'
import type { Feedback } from '../recorder/feedback.ts'
import type { LateReply } from '../recorder/late-reply.ts'
import type { LateResult } from '../recorder/late-result.ts'
import { argument } from '../errors.ts'
import { aborting, callable, feedback, flag, later, text, whole } from '../options/check.ts'
import { checkOptions, type Checks } from '../options/check-options.ts'

/** What {@link ingestLog} takes. */
export interface IngestLogOptions {
  feedback: Feedback
  /**
   * A file in which is kept how far the log was read, so that the next run goes on there, also if the log was rotated meanwhile. It
   * is written when the replies before are on disk. Default: none, and the whole log is read.
   */
  state?: string
  /** Go on when the end is reached, as the log grows, is rotated or cut off, until `signal`. Default false. */
  follow?: boolean
  /**
   * Default: by the first lines. `haraka-plugin-icloud` has to be named: the plugin has recorded these replies already, so that is right
   * for another ledger only.
   */
  format?: LogFormat
  /**
   * Whether the mail server connects to the recipients' MX by itself, and never to a smarthost. Then a line that does not name the host
   * that answered (Haraka's own, PowerMTA without `dsnMta`) counts as Apple's if the recipient's domain is Apple's. Default false: such
   * lines are `listed`, as a smarthost may have refused, and `onWarning` says so.
   */
  direct?: boolean
  /** Of times without a zone, such as `Europe/Berlin` or `+02:00`. Default: that of this machine. */
  timeZone?: string
  /**
   * What the log does not say of a reply, such as its stream, or the lane of the IP address it was sent from. Called for each.
   */
  annotate?: (
    reply: LogReply,
  ) => Partial<Pick<LateReply, 'stream' | 'lane' | 'campaign' | 'from' | 'submitter'>>
  /** Called with each reply and what became of it. */
  onResult?: (reply: LogReply, result: LateResult) => void
  /** Called after each piece of at most 1 MB. */
  onProgress?: (progress: LogProgress) => void
  /** Called with one sentence if something may be missing. */
  onWarning?: (message: string) => void
  /** Ends it: what is done stays done. */
  signal?: AbortSignal
  /** How long it waits for a change at most, ms, where the file system does not tell. Default 1000. */
  pauseMs?: number
  /** ms since the epoch. Default `Date.now`. */
  clock?: () => number
}

/** What came of an {@link ingestLog}. */
export interface LogSummary {
  /** `null` if the log was empty. */
  format: LogFormat | null
  /** How many replies of Apple's came to what. */
  counts: LogCounts
}

const checks: Checks<IngestLogOptions> = {
  feedback,
  state: text('the path of a file'),
  follow: flag,
  format: later,
  direct: flag,
  timeZone: later,
  annotate: callable,
  onResult: callable,
  onProgress: callable,
  onWarning: callable,
  signal: aborting,
  pauseMs: whole(1, 60_000),
  clock: callable,
}

/**
 * Records what Apple replied to your own mail server, out of its log: see {@link readLog} for the formats. With `state` it goes on where
 * it stopped, and with `follow` it stays at it: one call beside the mail server does.
 *
 * Nothing is lost by a crash: the position is written after the replies. What is read twice counts once.
 *
 * @throws FeedbackError `EINPUT`, `ELOGFORMAT`, `ELOGSTATE`, `ENOTRECORDED`, `EARGUMENT`
 */
export async function ingestLog(log: string, options: IngestLogOptions): Promise<LogSummary> {
  if (typeof log !== 'string' || log === '') throw argument('ingestLog: the log', 'the path of a file', log)
  checkOptions('ingestLog', options, checks)
  const { state, clock = Date.now, pauseMs = 1000 } = options
  if (options.feedback === undefined)
    throw argument('ingestLog: feedback', 'what createFeedback gave', options.feedback)
  const position = state === undefined ? null : await loadPosition(state)
  const ingestion = new LogIngestion(
    log,
    { ...options, pauseMs },
    logClock('ingestLog', options, clock()),
    position,
  )
  return await ingestion.run()
}
