import { stat } from 'node:fs/promises'
import { FeedbackError } from '../errors.ts'
import { headBytes, openSource, PlainSource, unreadable, type ByteSource } from './byte-source.ts'
import type { IngestLogOptions, LogSummary } from './ingest-log.ts'
import { LogChanges } from './log-changes.ts'
import type { LogClock } from './log-clock.ts'
import { fingerprintOf, isUnchanged, tailOf, type Fingerprint } from './log-fingerprint.ts'
import { savePosition, type LogPosition } from './log-position.ts'
import { LogReader } from './log-reader.ts'
import { segmentsAfter, type LogSegment, type SegmentPlan } from './log-segments.ts'
import type { LogReply } from './log-reply.ts'
import { recordReplies, type Recording } from './record-replies.ts'
import { WholeLines } from './whole-lines.ts'

/** Senders and Message-IDs are looked for so far before the place where it goes on. */
const lookBackBytes = 4 << 20
const saveEachMs = 1000
/** So often in a row a file may be another one when it is opened than when it was looked at. */
const mostMisses = 100

interface OpenSegment extends LogSegment {
  source: ByteSource
  lines: WholeLines
  /** Bytes of it that are done, and what they were. */
  offset: number
  fingerprint: Fingerprint
  /** When it was read last, by the clock that files are dated with. */
  readAt: number
}

/** One run of {@link ingestLog}. */
export class LogIngestion {
  readonly #log: string
  readonly #options: IngestLogOptions & { pauseMs: number }
  readonly #clock: LogClock
  readonly #now: () => number
  readonly #reader: LogReader
  readonly #recording: Recording
  #position: LogPosition | null
  #savedAt = 0
  #isSaved = true
  #misses = 0
  #hasToldNameless = false

  constructor(
    log: string,
    options: IngestLogOptions & { pauseMs: number },
    clock: LogClock,
    position: LogPosition | null,
  ) {
    const { feedback, format, annotate, onResult, follow = false, direct = false, signal } = options
    this.#log = log
    this.#options = options
    this.#clock = clock
    this.#now = options.clock ?? Date.now
    this.#position = position
    this.#reader = new LogReader({ name: log, format: format ?? null, clock, joins: true, isDirect: direct })
    this.#recording = {
      feedback,
      annotate: annotate ?? (() => ({})),
      onResult: (reply, result) => {
        if (result.status === 'listed') this.#tellNameless(reply)
        onResult?.(reply, result)
      },
      counts: { recorded: 0, duplicate: 0, listed: 0, 'not-apple': 0, outdated: 0, invalid: 0 },
      isPatient: follow,
      signal,
    }
    if (position?.format && (format ?? position.format) === position.format)
      this.#reader.resume(position.format, position.heading)
  }

  /** Once: it is the same with all of the log. */
  #tellNameless({ outcome }: LogReply): void {
    if (this.#hasToldNameless || (outcome.host ?? null) !== null || this.#options.direct) return
    this.#hasToldNameless = true
    this.#options.onWarning?.(
      `${this.#log} does not name the host that answered, and a smarthost may have: such replies are listed, and none counts. If this mail server connects to Apple's MX by itself, say so (direct), without the state of this run`,
    )
  }

  get #isStopped(): boolean {
    return this.#options.signal?.aborted === true
  }

  async run(): Promise<LogSummary> {
    const { follow = false } = this.#options
    const changes = follow ? new LogChanges(this.#log, this.#options.pauseMs) : null
    try {
      let isDone = false
      while (!isDone && !this.#isStopped) {
        isDone = await this.#round(changes)
      }
    } catch (error) {
      if (!this.#isStopped) throw error
    } finally {
      changes?.close()
      await this.#save()
    }
    return { format: this.#reader.format, counts: this.#recording.counts }
  }

  /** Reads all there is, and waits at the end of the log if it is followed. False if there is another file to be read now. */
  async #round(changes: LogChanges | null): Promise<boolean> {
    const { segments, hasLog, warning } = await this.#plan()
    if (warning !== null) {
      this.#options.onWarning?.(warning)
      this.#position = null
    }
    const isAwaited = !hasLog && changes !== null && this.#position !== null
    // Says why.
    if (!hasLog && !isAwaited) await (await openSource(this.#log, 0)).close()
    for (const segment of segments) {
      const isLog = hasLog && segment === segments.at(-1)
      const open = await this.#open(segment)
      if (open === null) return false
      this.#misses = 0
      try {
        const isWhole = await this.#drain(open, !isLog || !this.#mayGrow(open), segment !== segments[0])
        if (!isWhole) return false
        if (isLog && changes !== null) return await this.#follow(open, changes)
      } catch (error) {
        throw unreadable(segment.file, error)
      } finally {
        await open.source.close()
      }
      if (this.#isStopped) return true
    }
    if (!isAwaited) return true
    await this.#save()
    await changes.next(this.#options.signal)
    return false
  }

  #plan(): Promise<SegmentPlan> {
    return segmentsAfter(this.#log, this.#options.state ?? null, this.#position)
  }

  /** Then its last line may not be there in full. */
  #mayGrow({ source }: OpenSegment): boolean {
    const { follow, state } = this.#options
    return source instanceof PlainSource && (follow === true || state !== undefined)
  }

  /** `null` if it was rotated since it was looked for. */
  async #open({ file, inode, from }: LogSegment): Promise<OpenSegment | null> {
    const readAt = Date.now()
    let source: ByteSource
    try {
      source = await openSource(file, from)
    } catch (error) {
      if (!isGone(error)) throw error
      return this.#miss(file)
    }
    try {
      if (source.inode !== inode) {
        await source.close()
        return this.#miss(file)
      }
      this.#clock.reference = source.writtenAt ?? this.#now()
      if (this.#options.follow && file === this.#log && !(source instanceof PlainSource))
        throw new FeedbackError('EINPUT', `${file} is packed: it cannot be followed, as it does not grow`)
      if (from > 0 && source instanceof PlainSource) await this.#lookBack(file, from)
      const head = await source.peek(0, Math.min(from, headBytes))
      const tail = await tailOf(file, from)
      const fingerprint = fingerprintOf(head, tail)
      // Where it goes on it was found by this. It may have been cut off since, or renamed while its end was looked at.
      const { head: headThen, tail: tailThen } = this.#position?.fingerprint ?? fingerprint
      if (from > 0 && (fingerprint.head !== headThen || fingerprint.tail !== tailThen)) {
        await source.close()
        return this.#miss(file)
      }
      const lines = new WholeLines(source, from, tail, head)
      return { file, inode, from, source, lines, offset: from, fingerprint, readAt }
    } catch (error) {
      await source.close()
      if (isGone(error)) return this.#miss(file)
      throw unreadable(file, error)
    }
  }

  #miss(file: string): null {
    if (++this.#misses < mostMisses) return null
    throw new FeedbackError(
      'EINPUT',
      `${file} was another file each of the ${mostMisses} times that it was opened: what renames it so often?`,
    )
  }

  /** What the lines before say of messages. Their replies are recorded already. */
  async #lookBack(file: string, until: number): Promise<void> {
    const from = Math.max(0, until - lookBackBytes)
    const source = await openSource(file, from)
    try {
      const lines = new WholeLines(source, from)
      for (;;) {
        const piece = await lines.next(false)
        if (piece === null) return
        const extra = Math.max(0, piece.end - until)
        if (this.#reader.format !== null)
          this.#reader.read(piece.bytes.subarray(0, piece.bytes.length - extra))
        if (extra > 0) return
      }
    } finally {
      await source.close()
    }
  }

  /**
   * False if the file was cut off meanwhile: what was read last may be of another log, and is left out.
   *
   * @param isBehind whether it was planned to come behind another file that is recorded now, and is not begun
   */
  async #drain(open: OpenSegment, takeRest: boolean, isBehind = false): Promise<boolean> {
    const { lines, source } = open
    const { onProgress } = this.#options
    let isBegun = false
    for (;;) {
      if (this.#isStopped) return true
      const readAt = Date.now()
      const piece = await lines.next(takeRest)
      if (!isBegun) {
        // Only now: what is cut off after this is noticed by what was read.
        if (isBehind && !(await this.#isNext(open))) return false
        const { inode, offset } = this.#position ?? {}
        if (inode !== open.inode || offset !== open.offset) this.#stand(open)
        isBegun = true
      }
      if (piece === null) return true
      if (!(await isUnchanged(source, open))) return false
      const replies = this.#reader.read(piece.bytes)
      if (this.#reader.format === 'haraka-plugin-icloud') this.#refuseRecorded()
      await recordReplies(replies, this.#recording)
      onProgress?.({ bytes: source.taken, totalBytes: source.size })
      open.fingerprint = fingerprintOf(lines.head, lines.tail)
      open.offset = piece.end
      open.readAt = readAt
      this.#stand(open)
      if (this.#now() - this.#savedAt >= saveEachMs) await this.#save()
    }
  }

  /**
   * Whether a file still comes right behind what is recorded. The inode that was planned does not tell: a log that was copied and
   * cut off keeps it, and that of a file that was packed is given away again.
   */
  async #isNext({ file, inode }: OpenSegment): Promise<boolean> {
    const { segments, warning } = await this.#plan()
    // What is recorded was removed meanwhile. Only the log may be another one now, which the next round warns of.
    if (warning !== null) return file !== this.#log
    return segments[1]?.inode === inode
  }

  /** All before is recorded. */
  #stand({ inode, readAt, offset, fingerprint }: OpenSegment): void {
    const { format, heading } = this.#reader
    this.#position = { version: 1, inode, readAt, offset, fingerprint, format, heading }
    this.#isSaved = false
  }

  /** Waits for more. False if the log has become another file, true at the end. */
  async #follow(open: OpenSegment, changes: LogChanges): Promise<boolean> {
    const { signal } = this.#options
    let wasRenamed = false
    while (!this.#isStopped) {
      await this.#save()
      const isChanged = await changes.next(signal)
      const fate = await this.#fateOf(open)
      // It may be written to for a moment after it was renamed.
      if (fate === 'cut' || (fate === 'renamed' && wasRenamed && !isChanged)) return false
      wasRenamed = fate === 'renamed'
      this.#clock.reference = this.#now()
      if (!(await this.#drain(open, false))) return false
    }
    return true
  }

  async #fateOf(open: OpenSegment): Promise<'same' | 'renamed' | 'cut'> {
    const { source, inode } = open
    const found = await stat(this.#log).catch(() => null)
    // Between a rename and a new file there is none.
    if (found === null) return 'same'
    if (found.ino !== inode) return 'renamed'
    if (found.size < source.taken) return 'cut'
    return (await isUnchanged(source, open)) ? 'same' : 'cut'
  }

  #refuseRecorded(): void {
    if (this.#options.format === 'haraka-plugin-icloud') return
    throw new FeedbackError(
      'ELOGFORMAT',
      `${this.#log} is of a Haraka with haraka-plugin-icloud, which has recorded these replies in its ledger. To record them in another one too, say format: 'haraka-plugin-icloud'`,
    )
  }

  async #save(): Promise<void> {
    const { state } = this.#options
    if (state === undefined || this.#isSaved || this.#position === null) return
    await savePosition(state, this.#position)
    this.#isSaved = true
    this.#savedAt = this.#now()
  }
}

function isGone(error: unknown): boolean {
  return ((error as Error).cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT'
}
