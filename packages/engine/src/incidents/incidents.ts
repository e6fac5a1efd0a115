import type { Verdict } from '@icloud-delivery/rules'
import { withEnded } from './decide-incidents.ts'
import type { Clock, Logger } from '../engine.ts'
import type { Events } from '../events.ts'
import { incidentAlert } from './incident-alert.ts'
import {
  openKey,
  pastKey,
  type Incident,
  type IncidentState,
  type PastIncident,
  type StoredIncident,
} from './incident.ts'
import { IncidentWatch } from './incident-watch.ts'
import { forgetOldIncidents, listIncidents, withCounts } from './list-incidents.ts'
import { goodField, wasRefused, type GoodAttempt } from './known-good.ts'
import { untilWritten } from '../ledger/conflict.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Turns } from '../ledger/turns.ts'
import type { Policy } from '../policy/policy.ts'
import { ReplyCase } from './reply-case.ts'
import { announcement } from './reply-kind.ts'
import { bucketOf } from '../signals/buckets.ts'
import type { Signals } from '../signals/signals.ts'
import type { RecipientState } from '../state/state.ts'
import { openHolds, probeHolds } from './storm-holds.ts'
import { sweepTraces } from './sweep-traces.ts'
import { takeBack } from './take-back.ts'

/** What {@link Incidents} works with. */
export interface IncidentParts {
  readonly ledger: Ledger
  readonly policy: Policy
  readonly clock: Clock
  readonly events: Events
  readonly logger: Logger
  readonly turns: Turns
  readonly signals: Signals
}

/** What came of one attempt, for {@link Incidents.counted} and {@link Incidents.recorded}. */
export interface RecordedAttempt extends GoodAttempt {
  before: RecipientState
}

/** Of a reply whose ledger write took long, a look at the onset knows nothing: it is looked again for so many minutes. */
const lateMinutes = 5
/** ms of real time between two looks that a refusal asks for. */
const pauseMs = 1000

/** Notices that Apple itself is broken, and takes back what its replies did meanwhile. One per engine. */
export class Incidents {
  private readonly parts: IncidentParts
  private readonly watch: IncidentWatch
  private lookedAt: number | null = null
  private sweptHour: number | null = null
  private announcedAt: number | null = null
  private running: Promise<void> | null = null
  /** Something was noticed that no look has seen. */
  private isDue = false
  private pause: ReturnType<typeof setTimeout> | null = null
  /** The same while a look was under way. */
  private isAgain = false
  private later: ReturnType<typeof setTimeout> | null = null

  constructor(parts: IncidentParts) {
    this.parts = parts
    this.watch = new IncidentWatch(parts)
  }

  /**
   * What `record` has to ask and write for a reply; `null` for a delivery and what is held against nobody.
   *
   * @param at when it came, ms since the epoch; default now
   */
  caseOf(verdict: Verdict | null, address: string, at?: number): ReplyCase | null {
    if (verdict === null) return null
    return ReplyCase.of(verdict, address, at ?? this.parts.clock(), this.parts.signals.resolutions.hour)
  }

  /** How `Signals` is to count an attempt as one to a good recipient; `null` if it was none. */
  counted(attempt: RecordedAttempt, now: number): string | null {
    const { policy, signals } = this.parts
    return goodField(attempt.before, attempt, now, policy.incidents, signals.resolutions.day.width)
  }

  /** After the write: looks at once if this may be the beginning of something, and once a minute anyway. */
  recorded(
    { before, verdict }: RecordedAttempt,
    counted: string | null,
    incident: string | undefined,
    now: number,
  ): void {
    if (verdict?.rule === announcement) {
      if (wasRefused(before, announcement)) return this.look(now)
      this.announcedAt = now
      this.isDue = true
    } else if (incident === undefined && counted?.startsWith('no ') && !counted.endsWith(' again')) {
      this.isDue = true
    }
    if (this.isDue && this.pause === null) this.start(now)
    else this.look(now)
  }

  /**
   * A stream was closed by replies, or a probe was refused: looks at once, as no more replies may come for long, and a minute
   * later, when the counts of other processes are there.
   */
  streamHeld(now: number): void {
    this.isDue = true
    if (this.running === null) this.start(now)
    else this.isAgain = true
    this.later ??= setTimeout(() => {
      this.later = null
      this.start(this.parts.clock())
    }, this.parts.signals.resolutions.minute.width).unref()
  }

  /** Resolves when all that was recorded here has been looked at. Rejects if the ledger is out of reach. */
  async settle(): Promise<void> {
    await this.running
    await this.check()
  }

  /** Answers `Engine.incidents`. */
  async list(): Promise<Incident[]> {
    await this.settle()
    return listIncidents(this.parts.ledger)
  }

  /** Answers `Engine.closeIncident`: false if no such incident is open. */
  async close(id: string): Promise<boolean> {
    const { ledger, clock, signals } = this.parts
    const closed = await untilWritten(async (): Promise<PastIncident | null | undefined> => {
      const [entry] = await ledger.read([openKey])
      const state = (entry?.value ?? {}) as IncidentState
      const incident = state.open?.find((one) => one.id === id)
      if (entry === undefined || entry === null || incident === undefined) return null
      const at = clock()
      const past: PastIncident = { ...incident, endedAt: at, endedBy: 'hand' }
      const value = withEnded(state, [past], at, signals.resolutions.day.width)
      const written = await ledger.write(
        [
          { key: openKey, expected: entry.version, value },
          { key: pastKey(id), expected: 0, value: past },
        ],
        [{ at, type: 'incident-closed', subject: id, data: { since: past.since, by: 'hand' } }],
      )
      return written ? past : undefined
    })
    if (closed === null) return false
    await this.over(closed)
    return true
  }

  /** Resolves when nothing is being looked at. */
  async stop(): Promise<void> {
    if (this.pause !== null) clearTimeout(this.pause)
    if (this.later !== null) clearTimeout(this.later)
    this.pause = null
    this.later = null
    this.isAgain = false
    await this.running
  }

  private look(now: number): void {
    this.lookedAt ??= now
    if (Math.abs(now - this.lookedAt) >= this.parts.signals.resolutions.minute.width) this.start(now)
  }

  private start(now: number): void {
    this.lookedAt = now
    if (this.running !== null) return
    this.running = this.check()
      // A ledger that is out of reach is told of by those who need an answer. The next minute looks again.
      .catch((error: unknown) => {
        this.parts.logger.warn(
          `icloud-delivery: incidents at Apple could not be looked for: ${String(error).slice(0, 300)}`,
        )
      })
      .finally(() => {
        this.running = null
        if (!this.isAgain) return
        this.isAgain = false
        this.start(this.parts.clock())
      })
    this.pause ??= setTimeout(() => {
      this.pause = null
      if (this.isDue) this.start(this.parts.clock())
    }, pauseMs).unref()
  }

  private async check(): Promise<void> {
    this.isDue = false
    const announcedAt = this.announcedAt
    const decision = await this.watch.check(announcedAt)
    if (this.announcedAt === announcedAt) this.announcedAt = null
    const { clock, events, signals } = this.parts
    const now = clock()
    for (const incident of decision.opened) {
      events.emit('alert', incidentAlert(incident, now))
      const [told] = await withCounts(this.parts.ledger, [incident])
      if (told !== undefined) events.emit('incident', { type: 'opened', incident: told })
    }
    const isLate = ({ covers }: StoredIncident): boolean =>
      covers.some(({ detectedAt }) => now - detectedAt <= lateMinutes * signals.resolutions.minute.width)
    for (const incident of decision.state.open ?? []) if (isLate(incident)) await this.mend(incident)
    for (const incident of decision.ended) {
      await this.mend(incident)
      await this.over(incident)
    }
    await this.sweep(now)
  }

  /** Takes back what the onset did. */
  private async mend(incident: StoredIncident): Promise<void> {
    if (incident.type === 'recipients')
      await takeBack(this.parts, incident, this.parts.signals.resolutions.hour)
    else if (!('endedAt' in incident)) await probeHolds(this.parts, incident)
  }

  private async over(incident: PastIncident): Promise<void> {
    if (incident.type === 'policy') await openHolds(this.parts, incident)
    const [told] = await withCounts(this.parts.ledger, [incident])
    if (told !== undefined) this.parts.events.emit('incident', { type: 'closed', incident: told })
    await forgetOldIncidents(this.parts.ledger)
  }

  private async sweep(now: number): Promise<void> {
    const { ledger, policy, signals } = this.parts
    const { hour } = signals.resolutions
    const thisHour = bucketOf(now, hour)
    if (this.sweptHour === thisHour) return
    this.sweptHour = thisHour
    await sweepTraces(ledger, bucketOf(now - policy.incidents.traceSeconds * 1000, hour))
  }
}
