import { stat } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { argument } from '../errors.ts'
import { aborting, callable, flag, later, whole } from '../options/check.ts'
import { checkOptions, type Checks } from '../options/check-options.ts'
import { openSource, unreadable } from './byte-source.ts'
import { LogClock } from './log-clock.ts'
import { LogReader } from './log-reader.ts'
import { logFormats, type LogFormat, type LogReply } from './log-reply.ts'
import { WholeLines } from './whole-lines.ts'

/** How far a log has been read. */
export interface LogProgress {
  /** Bytes read of the file, packed or not. */
  bytes: number
  /** Bytes of the file; `null` if not known. */
  totalBytes: number | null
}

/** How {@link readLog} reads. */
export interface ReadLogOptions {
  /** Default: by the first lines. */
  format?: LogFormat
  /**
   * Of times without a zone: an IANA name such as `Europe/Berlin`, or an offset such as `+02:00`. Default: that of this machine.
   */
  timeZone?: string
  /**
   * ms since the epoch of which a time without a year is at most a day ahead; also the time of lines without any. Default: when
   * the file was last written, or now for a stream.
   */
  reference?: number
  /**
   * Whether the sender and the Message-ID are looked for on the lines before. False is twice as fast, and then `messageId` is the
   * queue id. Default true.
   */
  joins?: boolean
  /**
   * Whether the mail server connects to the recipients' MX by itself, and never to a smarthost. Then a line that does not name the host
   * that answered (Haraka's own, PowerMTA without `dsnMta`) is Apple's word if the recipient's domain is Apple's. Default false: such
   * lines have `trust: 'none'`.
   */
  direct?: boolean
  /** Called after each piece of at most 1 MB. */
  onProgress?: (progress: LogProgress) => void
  /** Ends the reading: it then throws the signal's reason. */
  signal?: AbortSignal
}

const checks: Checks<ReadLogOptions> = {
  format: later,
  timeZone: later,
  reference: whole(0, Number.MAX_SAFE_INTEGER),
  joins: flag,
  direct: flag,
  onProgress: callable,
  signal: aborting,
}

/**
 * Reads what Apple replied out of a mail log: Postfix, Exim (mainlog), Haraka, PowerMTA (accounting CSV), KumoMTA (JSON); plain,
 * gzip or zstd. Only lines with a name of Apple's are looked at, so a log of any size takes the same memory.
 *
 * Give what it yields to {@link Feedback.record}, or let {@link ingestLog} do it and remember how far it came.
 *
 * @param input a path, or a stream of plain text
 * @throws FeedbackError `EINPUT` if it cannot be read, `ELOGFORMAT` if it is none of these logs, `EARGUMENT`
 */
export async function* readLog(
  input: string | Readable,
  options: ReadLogOptions = {},
): AsyncGenerator<LogReply, void, undefined> {
  checkOptions('readLog', options, checks)
  const { signal, onProgress, joins = true, direct = false } = options
  const name = typeof input === 'string' ? input : 'the stream'
  const clock = logClock('readLog', options, await referenceOf(input, options))
  const source = await openSource(input, 0)
  try {
    const reader = new LogReader({ name, format: options.format ?? null, clock, joins, isDirect: direct })
    const lines = new WholeLines(source, 0)
    for (;;) {
      signal?.throwIfAborted()
      const piece = await lines.next(true)
      if (piece === null) return
      const replies = reader.read(piece.bytes)
      onProgress?.({ bytes: source.taken, totalBytes: source.size })
      yield* replies
    }
  } catch (error) {
    throw signal?.aborted ? error : unreadable(name, error)
  } finally {
    await source.close()
  }
}

/** Checks what all readers take, and makes the clock. */
export function logClock(
  call: string,
  { format, timeZone }: Pick<ReadLogOptions, 'format' | 'timeZone'>,
  reference: number,
): LogClock {
  if (format !== undefined && !logFormats.includes(format))
    throw argument(`${call}: format`, `one of ${logFormats.join(', ')}`, format)
  try {
    return new LogClock(timeZone ?? null, reference)
  } catch {
    throw argument(
      `${call}: timeZone`,
      "an IANA name such as 'Europe/Berlin', or an offset such as '+02:00'",
      timeZone,
    )
  }
}

async function referenceOf(input: string | Readable, { reference }: ReadLogOptions): Promise<number> {
  if (reference !== undefined) return reference
  if (typeof input !== 'string') return Date.now()
  try {
    return Math.floor((await stat(input)).mtimeMs)
  } catch (error) {
    throw unreadable(input, error)
  }
}
