import { bucketOf, groupOf, type Resolution, type Resolutions } from '../signals/buckets.ts'
import { goodSeries } from './known-good.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { slotOf, type Slot } from './slots.ts'

const hoursBack = 192
const hoursOfDay = 24

/** Mail to good recipients over time. What is settled is read once. */
export class SlotBook {
  private readonly ledger: Ledger
  private readonly resolutions: Resolutions
  private readonly minutes = new Map<number, Slot>()
  private hours: Hours | null = null

  constructor(ledger: Ledger, resolutions: Resolutions) {
    this.ledger = ledger
    this.resolutions = resolutions
  }

  /**
   * The last day as hours and, from the full hour before this one on, minutes; and the week before, which is the same array
   * for an hour. Oldest first.
   */
  async read(now: number): Promise<{ day: Slot[]; week: readonly Slot[] }> {
    const { day, week } = await this.hoursBefore(bucketOf(now, this.resolutions.hour))
    return { day: [...day, ...(await this.lastMinutes(now))], week }
  }

  /** All of them are over for longer than anybody keeps counts in memory. */
  private async hoursBefore(thisHour: number): Promise<Hours> {
    if (this.hours?.thisHour === thisHour) return this.hours
    const known = this.hours?.slots ?? new Map<number, Slot>()
    const buckets = range(thisHour - hoursBack, thisHour - 2)
    const wanted = buckets.filter((bucket) => !known.has(bucket))
    const read = await this.slots(wanted, this.resolutions.hour)
    const slots = new Map<number, Slot>()
    for (const bucket of buckets) {
      const slot = known.get(bucket) ?? read.get(bucket)
      if (slot !== undefined) slots.set(bucket, slot)
    }
    const all = [...slots.values()]
    this.hours = {
      thisHour,
      slots,
      day: all.slice(-hoursOfDay + 1),
      week: all.slice(0, -hoursOfDay + 1),
    }
    return this.hours
  }

  private async lastMinutes(now: number): Promise<Slot[]> {
    const { minute, hour } = this.resolutions
    const buckets = range((bucketOf(now, hour) - 1) * 60, bucketOf(now, minute))
    const read = await this.slots(
      buckets.filter((bucket) => !this.minutes.has(bucket)),
      minute,
    )
    // Of the last two minutes others may still have counts in memory.
    for (const [bucket, slot] of read)
      if ((bucket + 1) * minute.width < now - 2 * minute.width) this.minutes.set(bucket, slot)
    const first = buckets[0] ?? 0
    for (const bucket of this.minutes.keys()) if (bucket < first) this.minutes.delete(bucket)
    return buckets.flatMap((bucket) => this.minutes.get(bucket) ?? read.get(bucket) ?? [])
  }

  private async slots(buckets: readonly number[], resolution: Resolution): Promise<Map<number, Slot>> {
    if (buckets.length === 0) return new Map()
    const counts = await this.ledger.counts(buckets.map((bucket) => groupOf(goodSeries, bucket, resolution)))
    return new Map(
      buckets.map((bucket, index) => [bucket, slotOf(counts[index] ?? {}, bucket * resolution.width)]),
    )
  }
}

/** The hours before the full hour before this one. */
interface Hours {
  thisHour: number
  slots: ReadonlyMap<number, Slot>
  day: readonly Slot[]
  week: readonly Slot[]
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}
