import { bucketOf, groupOf, lastBuckets, type Resolution } from './buckets.ts'
import type { Table } from './find-changes.ts'

/**
 * The tables of the last buckets of one width. Those that are some buckets old do not change any more, and are read once:
 * a look each minute costs what is new, not what is remembered.
 */
export class SettledTables {
  private readonly resolution: Resolution
  private readonly count: number
  private readonly unsettled: number
  private readonly settled = new Map<number, Table>()
  private last = 0
  private asked: number[] = []

  /**
   * @param count buckets that are looked at, the one under way included
   * @param unsettled buckets before the one under way that may still change
   */
  constructor(resolution: Resolution, count: number, unsettled: number) {
    this.resolution = resolution
    this.count = count
    this.unsettled = unsettled
  }

  /** The groups to be read now. @param now ms since the epoch */
  wanted(now: number): string[] {
    this.last = bucketOf(now, this.resolution)
    for (const bucket of this.settled.keys()) if (!this.isSettled(bucket)) this.settled.delete(bucket)
    this.asked = lastBuckets(this.last, this.count).filter((bucket) => !this.settled.has(bucket))
    return this.asked.map((bucket) => groupOf('all', bucket, this.resolution))
  }

  /** Takes the tables of the groups that were wanted from the front of `read`; gives all of them, oldest first. */
  take(read: Table[]): Table[] {
    const fresh = new Map(read.splice(0, this.asked.length).map((table, index) => [this.asked[index], table]))
    for (const [bucket, table] of fresh)
      if (bucket !== undefined && this.isSettled(bucket)) this.settled.set(bucket, table)
    return lastBuckets(this.last, this.count).map(
      (bucket) => fresh.get(bucket) ?? this.settled.get(bucket) ?? new Map(),
    )
  }

  private isSettled(bucket: number): boolean {
    return bucket > this.last - this.count && bucket < this.last - this.unsettled
  }
}
