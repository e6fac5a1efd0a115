import type { Count, Counts } from './ledger.ts'

interface Group {
  /** ms since the epoch. */
  until: number
  fields: Map<string, number>
  /** As it was given out last, if nothing was added since. */
  given: Counts | null
}

const none: Counts = Object.freeze({})

/** The counts of a ledger in memory. What is out of date goes when there are twice as many groups as were left last time. */
export class CountGroups {
  private readonly groups = new Map<string, Group>()
  /** The time of the latest count. Not the greatest: a clock may have been wrong for a while. */
  private latest = -Infinity
  private sweepAt = 1000
  /** Counts of one group mostly come one after the other. */
  private last: { name: string; group: Group } | null = null

  add({ group: name, field, by, at, keepMs }: Count): void {
    this.latest = at
    let group = this.last?.name === name ? this.last.group : this.groups.get(name)
    if (group === undefined) {
      this.sweep()
      group = { until: at + keepMs, fields: new Map(), given: null }
      this.groups.set(name, group)
    }
    if (this.last?.group !== group) this.last = { name, group }
    group.until = Math.max(group.until, at + keepMs)
    group.given = null
    group.fields.set(field, (group.fields.get(field) ?? 0) + by)
  }

  /** The same object again as long as nothing is added. */
  get(name: string): Counts {
    const group = this.groups.get(name)
    if (group === undefined) return none
    group.given ??= Object.freeze(Object.fromEntries(group.fields))
    return group.given
  }

  private sweep(): void {
    if (this.groups.size < this.sweepAt) return
    this.last = null
    for (const [name, { until }] of this.groups) if (until < this.latest) this.groups.delete(name)
    this.sweepAt = Math.max(1000, this.groups.size * 2)
  }
}
