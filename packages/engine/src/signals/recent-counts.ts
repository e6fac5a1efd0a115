import { bucketOf, groupOf, type Resolution } from './buckets.ts'
import type { Counts, Ledger } from '../ledger/ledger.ts'
import type { Tally } from './tally.ts'

interface Read {
  takes: number
  at: number
  groups: Promise<Counts[]>
}

/**
 * The counts of the last minutes, as they are in the ledger and as they wait in memory. Where many replies ask for them at
 * once, the ledger is read once a second.
 */
export class RecentCounts {
  private readonly ledger: Ledger
  private readonly tally: Tally
  private readonly minute: Resolution
  private readonly reads = new Map<string, Read>()

  constructor(ledger: Ledger, tally: Tally, minute: Resolution) {
    this.ledger = ledger
    this.tally = tally
    this.minute = minute
  }

  /** The minutes that the last `seconds` touch. Rejects if the ledger is out of reach. */
  async of(series: string, seconds: number, now: number): Promise<Counts[]> {
    const first = bucketOf(now - seconds * 1000, this.minute)
    const last = bucketOf(now, this.minute)
    const groups: string[] = []
    for (let bucket = first; bucket <= last; bucket++) groups.push(groupOf(series, bucket, this.minute))
    const stored = await this.read(groups, now)
    return [...stored, ...this.tally.waitingSince(first, series)]
  }

  private read(groups: readonly string[], now: number): Promise<Counts[]> {
    const key = `${groups.at(0)} ${groups.length}`
    const { takes } = this.tally
    const known = this.reads.get(key)
    if (known?.takes === takes && Math.abs(now - known.at) < this.minute.width / 60) return known.groups
    this.reads.clear()
    const read = { takes, at: now, groups: this.ledger.counts(groups) }
    this.reads.set(key, read)
    // That the ledger was out of reach says nothing about the next try.
    read.groups.catch(() => {
      if (this.reads.get(key) === read) this.reads.delete(key)
    })
    return read.groups
  }
}
