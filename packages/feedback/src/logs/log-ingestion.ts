import { stat } from 'node:fs/promises'
import { FeedbackError } from '../errors.ts'
import { openSource, PlainSource, unreadable, type ByteSource } from './byte-source.ts'
import type { IngestLogOptions, LogSummary } from './ingest-log.ts'
import { LogChanges } from './log-changes.ts'
import type { LogClock } from './log-clock.ts'
import { beginsAs, fingerprintOf, savePosition, type Fingerprint, type LogPosition } from './log-position.ts'
import { LogReader } from './log-reader.ts'
import { segmentsAfter, type LogSegment } from './log-segments.ts'
import { recordReplies, type Recording } from './record-replies.ts'
import { WholeLines } from './whole-lines.ts'

/** Senders and Message-IDs are looked for so far before the place where it goes on. */
const lookBackBytes = 4 << 20
const saveEachMs = 1000

interface OpenSegment extends LogSegment {
  source: ByteSource
  lines: WholeLines
  inode: number
  /** Of what was read; `null` before. */
  fingerprint: Fingerprint | null
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

  constructor(
    log: string,
    options: IngestLogOptions & { pauseMs: number },
    clock: LogClock,
    position: LogPosition | null,
  ) {
    const { feedback, format, annotate, onResult, follow = false, signal } = options
    this.#log = log
    this.#options = options
    this.#clock = clock
    this.#now = options.clock ?? Date.now
    this.#position = position
    this.#reader = new LogReader({ name: log, format: format ?? null, clock, joins: true })
    this.#recording = {
      feedback,
      annotate: annotate ?? (() => ({})),
      onResult,
      counts: { recorded: 0, duplicate: 0, 'not-apple': 0, outdated: 0, invalid: 0 },
      isPatient: follow,
      signal,
    }
    if (position?.format && (format ?? position.format) === position.format)
      this.#reader.resume(position.format, position.heading)
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

  /** Reads all there is, and waits at the end of the log if it is followed. False if the log has become another file. */
  async #round(changes: LogChanges | null): Promise<boolean> {
    const { segments, isFound } = await segmentsAfter(this.#log, this.#position)
    if (!isFound) {
      this.#options.onWarning?.(
        'the log was read before, but that file is gone, and no rotated one begins like it: what was written at its end may be missing',
      )
      this.#position = null
    }
    for (const segment of segments) {
      const isLast = segment === segments.at(-1)
      const open = await this.#open(segment)
      try {
        const isWhole = await this.#drain(open, !isLast || !this.#mayGrow(open))
        if (!isWhole) return false
        if (isLast && changes !== null) return await this.#follow(open, changes)
      } catch (error) {
        throw unreadable(segment.file, error)
      } finally {
        await open.source.close()
      }
      if (this.#isStopped) return true
    }
    return true
  }

  /** Then its last line may not be there in full. */
  #mayGrow({ source }: OpenSegment): boolean {
    const { follow, state } = this.#options
    return source instanceof PlainSource && (follow === true || state !== undefined)
  }

  async #open({ file, from }: LogSegment): Promise<OpenSegment> {
    const source = await openSource(file, from)
    try {
      const { ino, mtimeMs } = await stat(file)
      this.#clock.reference = Math.floor(mtimeMs)
      if (this.#options.follow && file === this.#log && !(source instanceof PlainSource))
        throw new FeedbackError('EINPUT', `${file} is packed: it cannot be followed, as it does not grow`)
      if (from > 0 && source instanceof PlainSource) await this.#lookBack(file, from)
      const fingerprint = from > 0 ? (this.#position?.fingerprint ?? null) : null
      return { file, from, source, inode: ino, lines: new WholeLines(source, from), fingerprint }
    } catch (error) {
      await source.close()
      throw unreadable(file, error)
    }
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

  /** False if the file was cut off meanwhile: what was read last may be of another log, and is left out. */
  async #drain(open: OpenSegment, takeRest: boolean): Promise<boolean> {
    const { lines, source, inode } = open
    const { onProgress } = this.#options
    for (;;) {
      if (this.#isStopped) return true
      const piece = await lines.next(takeRest)
      if (piece === null) return true
      if (open.fingerprint !== null && !(await beginsAs(source, open.fingerprint))) return false
      const replies = this.#reader.read(piece.bytes)
      if (this.#reader.format === 'haraka-plugin-icloud') this.#refuseRecorded()
      await recordReplies(replies, this.#recording)
      onProgress?.({ bytes: source.taken, totalBytes: source.size })
      const { format, heading } = this.#reader
      const fingerprint = await fingerprintOf(source, piece.end)
      open.fingerprint = fingerprint
      this.#position = { version: 1, inode, offset: piece.end, fingerprint, format, heading }
      this.#isSaved = false
      if (this.#now() - this.#savedAt >= saveEachMs) await this.#save()
    }
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

  async #fateOf({ source, inode, fingerprint }: OpenSegment): Promise<'same' | 'renamed' | 'cut'> {
    const found = await stat(this.#log).catch(() => null)
    // Between a rename and a new file there is none.
    if (found === null) return 'same'
    if (found.ino !== inode) return 'renamed'
    if (found.size < source.taken) return 'cut'
    return fingerprint === null || (await beginsAs(source, fingerprint)) ? 'same' : 'cut'
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
