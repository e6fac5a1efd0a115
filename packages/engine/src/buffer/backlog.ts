import { adopt } from './adopt.ts'
import type { BufferOptions } from './buffer-options.ts'
import { buffered, type Kept } from './buffered.ts'
import { Drain, type DrainParts, type Drained } from './drain.ts'
import { OutcomeBuffer } from './outcome-buffer.ts'

/** How often the ledger is tried while something waits for it, ms. */
const tryEveryMs = 1000
/** How often files of processes that ended meanwhile are looked for, ms. */
const lookEveryMs = 60_000

/**
 * What waits for the ledger: outcomes on the local disk. They are written, oldest first, once a call finds the ledger
 * back or one of the tries that are made once a second. Files of processes that are gone are taken over.
 */
export class Backlog {
  private readonly parts: DrainParts
  private readonly buffer: OutcomeBuffer
  private readonly drain: Drain
  private readonly looks: ReturnType<typeof setInterval>
  private retry: ReturnType<typeof setTimeout> | null = null
  private looking: Promise<void>
  private closing: Promise<void> | null = null

  constructor(parts: DrainParts, options: BufferOptions, drained: Drained) {
    this.parts = parts
    this.buffer = new OutcomeBuffer(options)
    this.drain = new Drain(parts, this.buffer, drained)
    this.looking = this.look()
    this.looks = setInterval(() => {
      this.looking = this.looking.then(() => this.look())
    }, lookEveryMs)
    this.looks.unref()
  }

  /** Whether something is buffered for this recipient, so that what comes now has to go behind it. */
  isWaiting(address: string): boolean {
    return this.buffer.waiting.has(address)
  }

  /** Resolves to true when the outcome is safe on the disk. Never rejects. */
  async add(kept: Kept): Promise<boolean> {
    try {
      await this.buffer.add(kept.told.attempt.address, buffered(kept))
      this.tryLater()
      return true
    } catch (error) {
      this.parts.outage.lose(error)
      return false
    }
  }

  /** Somebody reached the ledger: what waits can be written. */
  ledgerAnswers(): void {
    if (!this.buffer.isEmpty) void this.try()
  }

  /** Tries once more, and leaves to the next process what cannot be written. */
  close(): Promise<void> {
    this.closing ??= this.finish()
    return this.closing
  }

  private async finish(): Promise<void> {
    clearInterval(this.looks)
    if (this.retry !== null) clearTimeout(this.retry)
    await this.looking
    // One that is under way may have given up for the moment.
    await this.drain.idle()
    this.parts.patience.again()
    await this.drain.run()
    await this.buffer.close()
  }

  private async try(): Promise<void> {
    await this.drain.run()
    if (!this.buffer.isEmpty) this.tryLater()
  }

  private tryLater(): void {
    if (this.retry !== null || this.closing !== null) return
    this.retry = setTimeout(() => {
      this.retry = null
      void this.try()
    }, tryEveryMs)
    this.retry.unref()
  }

  private async look(): Promise<void> {
    if (this.closing !== null) return
    if (await adopt(this.parts, this.buffer)) void this.try()
  }
}
