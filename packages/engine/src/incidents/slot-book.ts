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
  private readonly hours = new Map<number, Slot>()

  constructor(ledger: Ledger, resolutions: Resolutions) {
    this.ledger = ledger
    this.resolutions = resolutions
  }

  /** The last day as hours and, from the full hour before this one on, minutes; and the week before. Oldest first. */
  async read(now: number): Promise<{ day: Slot[]; week: Slot[] }> {
    const { minute, hour } = this.resolutions
    const thisHour = bucketOf(now, hour)
    const minutes = range((thisHour - 1) * 60, bucketOf(now, minute))
    const hours = range(thisHour - hoursBack, thisHour - 2)
    const [ofMinutes, ofHours] = await this.slots(minutes, hours, now)
    return {
      day: [...ofHours.slice(-hoursOfDay + 1), ...ofMinutes],
      week: ofHours.slice(0, -hoursOfDay + 1),
    }
  }

  private async slots(
    minutes: readonly number[],
    hours: readonly number[],
    now: number,
  ): Promise<[Slot[], Slot[]]> {
    const { minute, hour } = this.resolutions
    const spans = [
      { known: this.minutes, buckets: minutes, resolution: minute },
      { known: this.hours, buckets: hours, resolution: hour },
    ] as const
    // Of the last two minutes others may still have counts in memory.
    const settled = (bucket: number, { width }: Resolution): boolean =>
      (bucket + 1) * width < now - 2 * minute.width
    const wanted = spans.flatMap(({ known, buckets, resolution }) =>
      buckets
        .filter((bucket) => !known.has(bucket))
        .map((bucket) => ({ known, bucket, resolution, group: groupOf(goodSeries, bucket, resolution) })),
    )
    const counts = await this.ledger.counts(wanted.map(({ group }) => group))
    const fresh = new Map<string, Slot>()
    wanted.forEach(({ known, bucket, resolution, group }, index) => {
      const slot = slotOf(counts[index] ?? {}, bucket * resolution.width)
      fresh.set(group, slot)
      if (settled(bucket, resolution)) known.set(bucket, slot)
    })
    const [ofMinutes = [], ofHours = []] = spans.map(({ known, buckets, resolution }) => {
      const first = buckets[0] ?? 0
      for (const bucket of known.keys()) if (bucket < first) known.delete(bucket)
      return buckets.flatMap(
        (bucket) => known.get(bucket) ?? fresh.get(groupOf(goodSeries, bucket, resolution)) ?? [],
      )
    })
    return [ofMinutes, ofHours]
  }
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}
