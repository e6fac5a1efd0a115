import { untilWritten } from '../ledger/conflict.ts'
import type { Change as LedgerChange, LedgerEvent } from '../ledger/ledger.ts'
import { bucketOf, groupOf, lastBuckets, type Resolutions } from './buckets.ts'
import { decideChanges, type ChangesDecision, type ChangesState } from './decide-changes.ts'
import { dayHours, Week } from './changes-week.ts'
import { findChanges, tableOf, type Seen } from './find-changes.ts'
import { holdMarketing } from './hold-marketing.ts'
import { SettledTables } from './settled-tables.ts'
import type { SignalParts } from './signals.ts'

const key = 'signals/changes'
const minutes = 60
const hours = 192
/** The weeks before the 8 days that hours are looked at for. */
const daysBefore = { from: 8, to: 30 }

/** Looks at the numbers when mail comes by, at most once a minute, and raises alerts. */
export class ChangeWatch {
  private readonly parts: SignalParts
  private readonly resolutions: Resolutions
  /** The first look is a minute after the first mail: a process that sends one message need not look. */
  private lookedAt: number | null = null
  private running: Promise<void> | null = null
  private readonly minutes: SettledTables
  private readonly hours: SettledTables
  private week: { hour: number; week: Week } | null = null
  private before: { day: number; keys: ReadonlySet<string> } | null = null

  constructor(parts: SignalParts, resolutions: Resolutions) {
    this.parts = parts
    this.resolutions = resolutions
    // Others may still add what they have in memory, and after an outage that is some minutes old.
    this.minutes = new SettledTables(resolutions.minute, minutes, 10)
    this.hours = new SettledTables(resolutions.hour, hours, 1)
  }

  /** @param now ms since the epoch */
  look(now: number): void {
    const { width } = this.resolutions.minute
    this.lookedAt ??= now
    if (this.running !== null || Math.abs(now - this.lookedAt) < width) return
    this.lookedAt = now
    this.running = this.check(now)
      // A ledger that is out of reach is told of by those who need an answer. The next minute looks again.
      .catch((error: unknown) => {
        this.parts.logger.warn(
          `icloud-delivery: the rates could not be looked at: ${String(error).slice(0, 300)}`,
        )
      })
      .finally(() => {
        this.running = null
      })
  }

  /** Resolves when nothing is being looked at. */
  async idle(): Promise<void> {
    await this.running
  }

  private async check(now: number): Promise<void> {
    const { policy, ledger, events } = this.parts
    const findings = findChanges(await this.see(now), policy.signals)
    const decision = await untilWritten(async (): Promise<ChangesDecision | undefined> => {
      const [entry] = await ledger.read([key])
      const state = (entry?.value ?? {}) as ChangesState
      const decided = decideChanges(state, findings, now, policy.signals)
      if (decided.state === state) return decided
      const holds = await holdMarketing(ledger, decided, now, policy.signals)
      const value = decided.state.open?.length ? decided.state : null
      const change: LedgerChange = { key, expected: entry?.version ?? 0, value }
      const written = await ledger.write(
        [...(entry === null && value === null ? [] : [change]), ...holds.changes],
        [...eventsOf(decided, now), ...holds.events],
      )
      return written ? decided : undefined
    })
    for (const alert of decision.alerts) events.emit('alert', alert)
  }

  private async see(now: number): Promise<Seen> {
    const wanted = [...this.minutes.wanted(now), ...this.hours.wanted(now)]
    const counts = await this.parts.ledger.counts(wanted)
    const tables = counts.map(tableOf)
    const ofMinutes = this.minutes.take(tables)
    const ofHours = this.hours.take(tables)
    const hour = bucketOf(now, this.resolutions.hour)
    // All its hours are settled.
    if (this.week?.hour !== hour) this.week = { hour, week: new Week(ofHours.slice(0, -dayHours)) }
    return {
      minutes: ofMinutes,
      day: ofHours.slice(-dayHours),
      week: this.week.week,
      before: await this.sentBefore(now),
    }
  }

  private async sentBefore(now: number): Promise<ReadonlySet<string>> {
    const { day: resolution } = this.resolutions
    const day = bucketOf(now, resolution)
    if (this.before?.day !== day) {
      const days = lastBuckets(day - daysBefore.from, daysBefore.to - daysBefore.from)
      const counts = await this.parts.ledger.counts(days.map((one) => groupOf('all', one, resolution)))
      this.before = { day, keys: new Set(counts.flatMap((group) => [...tableOf(group).keys()])) }
    }
    return this.before.keys
  }
}

function eventsOf({ alerts, over }: ChangesDecision, now: number): LedgerEvent[] {
  return [
    ...alerts.map(({ subject, kind, message, rule, numbers: data }) => ({
      at: now,
      type: 'alert',
      subject,
      data: { kind, message, rule, numbers: data },
    })),
    ...over.map(({ of, subjects, since }) => ({
      at: now,
      type: 'alert-over',
      subject: subjects[0] ?? 'all',
      data: { kind: of === 'volume' ? 'volume-changed' : 'rate-changed', of, subjects, since },
    })),
  ]
}
