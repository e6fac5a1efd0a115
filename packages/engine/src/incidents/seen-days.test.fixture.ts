import { findJumps, type Jump, type Seen } from './find-jumps.ts'
import { findStorms, type Storm } from './find-storms.ts'
import { defaultIncidents } from './incident-policy.ts'
import { blameKind, lostKind, refusedOf, slot } from './ordinary-days.test.fixture.ts'
import type { Slot } from './slots.ts'
import { usualOf } from './usual.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** Minutes as the watch sees them: the last day as hours and minutes, and what the week before shows. */
export class SeenDays {
  private minutes: Slot[] = []
  private readonly hours: Slot[] = []
  private usual = new Map<string, number>()

  /** Minutes come in order; those without mail may be left out. */
  add(minute: Slot): void {
    const from = (Math.floor(minute.start / hourMs) - 1) * hourMs
    const [first] = this.minutes
    if (first !== undefined && first.start < from) this.roll(from)
    this.minutes.push(minute)
  }

  seen(now: number): Seen {
    const oldest = (Math.floor(now / hourMs) - 24) * hourMs
    const slots = [...this.hours.filter(({ start }) => start >= oldest), ...this.minutes]
    return { slots, usual: this.usual, closedAt: new Map(), now, dayMs }
  }

  /** A storm, if it is everywhere. */
  lookForStorm(now: number): Storm | undefined {
    return findStorms([blameKind], this.seen(now), defaultIncidents)[0]
  }

  look(now: number): Jump | undefined {
    return findJumps([lostKind], this.seen(now), defaultIncidents)[0]
  }

  /** Minutes of before `from` become hours. */
  private roll(from: number): void {
    for (const minute of this.minutes) {
      if (minute.start >= from) break
      const start = Math.floor(minute.start / hourMs) * hourMs
      const hour = this.hours.at(-1)?.start === start ? this.hours.pop() : undefined
      const attempts = minute.attempts + (hour?.attempts ?? 0)
      this.hours.push(slot(start, attempts, minute.days + (hour?.days ?? 0), sum(hour, minute)))
    }
    this.minutes = this.minutes.filter(({ start }) => start >= from)
    while ((this.hours[0]?.start ?? Infinity) < from - 191 * hourMs) this.hours.shift()
    // The week changes little in a few hours.
    if (from % (6 * hourMs) !== 0) return
    const week = this.hours.filter(({ start }) => start < from - 22 * hourMs)
    this.usual = usualOf(week, hourMs, [])
  }
}

function sum(hour: Slot | undefined, minute: Slot): Record<string, number> {
  const of = (kind: string): number => (hour?.refused[kind] ?? 0) + (minute.refused[kind] ?? 0)
  return refusedOf(of(lostKind), of(blameKind))
}
