import type { Action } from '../record/action.ts'
import type { Alert } from '../signals/alert.ts'
import type { Decision } from '../decide/attempt.ts'
import type { Parts } from '../engine-core.ts'
import { untilWritten } from '../ledger/conflict.ts'
import type { RecordRequest } from '../record/outcome.ts'
import { understand } from '../record/record.ts'
import { turn, type Told, type TurnParts } from '../record/turn.ts'
import { checkRecord } from '../subject.ts'
import { recipientOf } from './adopt.ts'
import { asBuffered, hadLanded, type Buffered } from './buffered.ts'
import type { OutcomeBuffer, SealedFile } from './outcome-buffer.ts'
import type { Taken } from '../signals/tally.ts'
import { StagedLedger } from './staged-ledger.ts'

export type DrainParts = Omit<Parts, 'backlog'>

/** Told of each outcome that was written, with the action that nobody carries out any more. Never rejects. */
export type Drained = (request: RecordRequest, action: Action) => Promise<void>

interface Written extends Buffered {
  told: Told
  decision: Decision
  /** As what an attempt to a good recipient counts. */
  good: string | null
}

/** Outcomes in one write of the ledger. */
const batchSize = 50
const uncounted: Taken = { counts: [], putBack: () => {} }
/** What goes away by itself. */
const passing = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN'])

/**
 * Writes what is buffered into the ledger, in order and as of the time when it happened, through the same turn as
 * everything else. With each write goes how far the file has come (`buffer/<file>`): so each outcome counts once, whenever
 * this process is killed and whatever became of a write whose answer was lost.
 */
export class Drain {
  private readonly parts: DrainParts
  private readonly buffer: OutcomeBuffer
  private readonly drained: Drained
  private running: Promise<void> | null = null

  constructor(parts: DrainParts, buffer: OutcomeBuffer, drained: Drained) {
    this.parts = parts
    this.buffer = buffer
    this.drained = drained
  }

  /** Writes as much as the ledger takes. Never rejects. */
  run(): Promise<void> {
    this.running ??= this.pass().finally(() => {
      this.running = null
    })
    return this.running
  }

  /** Resolves when nothing is being written. */
  async idle(): Promise<void> {
    await this.running
  }

  private async pass(): Promise<void> {
    let written = 0
    try {
      for (let file = await this.buffer.oldest(); file !== null; file = await this.buffer.oldest()) {
        written += await this.drainFile(file)
      }
    } catch (error) {
      this.parts.outage.begin(error, 'write')
    }
    if (written > 0)
      this.parts.logger.warn(`icloud-delivery: ${written} buffered outcomes were written to the ledger`)
  }

  private async drainFile(file: SealedFile): Promise<number> {
    if (file.name.endsWith('.done')) {
      await this.finish(file)
      return 0
    }
    const lines = await this.readLines(file)
    if (lines === null) return 0
    const faulty = new Set<number>()
    let written = 0
    for (;;) {
      const step = await this.parts.patience.run(() => untilWritten(() => this.step(file, lines, faulty)))
      this.parts.outage.end('write')
      this.release(file, lines, step.done)
      for (const each of step.written) await this.tell(each)
      written += step.written.length
      if (step.done >= lines.length) break
    }
    if (faulty.size > 0) await this.setAside(file, `${faulty.size} of its ${lines.length} lines are damaged`)
    else await this.finish(file)
    return written
  }

  /** One write: what comes next in the file, and how far that is. `undefined` if somebody else wrote in between. */
  private async step(
    file: SealedFile,
    lines: readonly unknown[],
    faulty: Set<number>,
  ): Promise<{ done: number; written: Written[] } | undefined> {
    const { ledger, signals } = this.parts
    const key = markerKey(file.name)
    const [marker] = await ledger.read([key])
    const from = (marker?.value as { done?: number } | null)?.done ?? 0
    lines.slice(0, from).forEach((line, index) => {
      if (asBuffered(line) === null) faulty.add(index)
    })
    if (from >= lines.length) return { done: from, written: [] }

    const staged = new StagedLedger(ledger)
    const done = Math.min(from + batchSize, lines.length)
    const batch: Written[] = []
    for (let index = from; index < done; index++) {
      const line = asBuffered(lines[index])
      const result = line === null ? 'faulty' : await this.take(staged, line)
      if (result === 'faulty') faulty.add(index)
      else if (result !== null) batch.push(result)
    }
    const counted = batch.map(({ told, decision, at, good }) =>
      signals.recorded(told.attempt, decision.action, at, good),
    )
    let isWritten = false
    try {
      isWritten = await ledger.write(
        [...staged.changes, { key, expected: marker?.version ?? 0, value: { done } }],
        staged.events,
        [...staged.counted, ...counted.flatMap(({ counts }) => counts)],
      )
    } finally {
      if (!isWritten) for (const taken of counted) taken.putBack()
    }
    return isWritten ? { done, written: batch } : undefined
  }

  /** `null` if there is nothing to remember of it; `faulty` if it is none of ours. */
  private async take(ledger: StagedLedger, line: Buffered): Promise<Written | 'faulty' | null> {
    const { incidents, signals, presence, campaigns } = this.parts
    try {
      const { request, at, tried } = line
      checkRecord(request)
      if (tried && hadLanded(tried, (await ledger.read([tried.key]))[0] ?? null)) return null
      const told = await understand(this.parts, request)
      if ('action' in told) return null
      // Counted and looked at with the one write of all.
      let good: string | null = null
      const parts: TurnParts = {
        ledger,
        clock: () => at,
        signals: {
          recorded: (_route, _action, _now, as) => {
            good = as ?? null
            return uncounted
          },
          recent: (route, asked, now) => ledger.attempt(() => signals.recent(route, asked, now)),
        },
        presence,
        campaigns,
        incidents: {
          caseOf: (verdict, address, when) => incidents.caseOf(verdict, address, when),
          counted: (attempt, now) => incidents.counted(attempt, now),
          recorded: () => {},
          streamHeld: () => {},
        },
      }
      const decision = await untilWritten(() => turn(parts, told))
      return { ...line, told, decision, good }
    } catch {
      if (ledger.failure !== null) throw ledger.failure.error
      return 'faulty'
    }
  }

  /** The host has acted on its own; what it could not know then is told now. */
  private async tell({ decision, request, did }: Written): Promise<void> {
    const { events } = this.parts
    const { action } = decision
    if (action.type === 'suppress' && did !== 'suppress') events.emit('suppressed', action)
    if (action.holds.length > 0) events.emit('held', action)
    for (const effect of decision.effects) {
      if (effect.type === 'released') events.emit('released', { hold: effect.hold })
      if (effect.type === 'half-open') events.emit('halfOpen', { hold: effect.hold, room: effect.room })
      if (effect.type === 'mx-doubtful') events.emit('mxDoubtful', { domain: effect.domain })
      if (effect.type === 'alert') events.emit('alert', effect.alert)
    }
    await this.drained(request, action)
  }

  private release(file: SealedFile, lines: readonly unknown[], done: number): void {
    for (; file.released < done; file.released++) {
      const address = recipientOf(lines[file.released], this.parts.mailboxOf)
      if (address !== null) this.buffer.waiting.remove(address)
    }
  }

  /** The lines; `null` if the file cannot be read, and was set aside. */
  private async readLines(file: SealedFile): Promise<unknown[] | null> {
    try {
      return (await this.buffer.read(file.name)).values
    } catch (error) {
      const { code = '', message } = error as NodeJS.ErrnoException
      if (passing.has(code)) throw error
      await this.setAside(file, `it cannot be read: ${code || message}`)
      return null
    }
  }

  /** The name changes first: a file that is done is never read again, and its mark may go. */
  private async finish(file: SealedFile): Promise<void> {
    const { directory } = this.buffer
    const name = file.name.replace(/\.done$/, '')
    const done = `${name}.done`
    try {
      if (file.name !== done) await directory.rename(name, done)
      file.name = done
    } catch (error) {
      // Its mark stays in the ledger, so it does not count again.
      this.buffer.ignored.add(file.name)
      this.buffer.forget(file)
      const { message } = error as Error
      this.parts.logger.error(`icloud-delivery: a file of the buffer cannot be removed: ${message}`)
      return
    }
    await this.forgetMarker(name)
    await directory.remove(done).catch(() => {})
    this.buffer.forget(file)
  }

  /** What can be read of it is in the ledger; the rest is for a person to look at. Nothing is deleted. */
  private async setAside(file: SealedFile, why: string): Promise<void> {
    const { directory } = this.buffer
    const name = `${file.name}.damaged`
    const isRenamed = await directory.rename(file.name, name).then(
      () => true,
      () => false,
    )
    if (!isRenamed) this.buffer.ignored.add(file.name)
    this.buffer.forget(file)
    const message = `buffered outcomes were set aside in ${directory.file(name)}: ${why}`
    this.parts.logger.error(`icloud-delivery: ${message}`)
    const alert: Alert = {
      kind: 'buffer-damaged',
      at: this.parts.clock(),
      subject: 'buffer',
      message,
      rule: null,
      numbers: {},
      url: null,
      reply: null,
    }
    this.parts.events.emit('alert', alert)
    // As long as it keeps its name its mark stays in the ledger, so that the next process does not count it again.
    if (isRenamed) await this.forgetMarker(file.name)
  }

  private async forgetMarker(name: string): Promise<void> {
    const { ledger, patience } = this.parts
    const key = markerKey(name)
    await patience.run(() =>
      untilWritten(async () => {
        const [marker] = await ledger.read([key])
        return !marker || (await ledger.write([{ key, expected: marker.version, value: null }])) || undefined
      }),
    )
  }
}

/** Where the ledger remembers how far a file has come. */
function markerKey(file: string): string {
  return `buffer/${file}`
}
