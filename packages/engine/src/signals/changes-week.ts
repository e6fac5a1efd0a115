import type { Table } from './find-changes.ts'

export const dayHours = 24

/** The week that a day is compared with. It changes once an hour, and is looked at each minute: so its sums are kept. */
export class Week {
  /** Oldest first; whole days. */
  readonly hours: readonly Table[]
  /** The keys of cells that sent mail on the first day. */
  readonly ofFirstDay: ReadonlySet<string>
  private readonly volumes = new Map<string, readonly number[]>()

  constructor(hours: readonly Table[]) {
    this.hours = hours
    this.ofFirstDay = new Set(hours.slice(0, dayHours).flatMap((table) => [...table.keys()]))
  }

  /** Messages of a stream on each day, the oldest first. */
  volumesOf(stream: string): readonly number[] {
    let days = this.volumes.get(stream)
    if (days === undefined) {
      const volumes = this.hours.map((table) => volumesOf(table).get(stream) ?? 0)
      days = Array.from({ length: volumes.length / dayHours }, (_, day) =>
        volumes.slice(day * dayHours, (day + 1) * dayHours).reduce((sum, volume) => sum + volume, 0),
      )
      this.volumes.set(stream, days)
    }
    return days
  }
}

/** Messages by stream, of tables that are looked at again and again. */
const volumes = new WeakMap<Table, ReadonlyMap<string, number>>()

export function volumesOf(table: Table): ReadonlyMap<string, number> {
  const known = volumes.get(table)
  if (known !== undefined) return known
  const sums = new Map<string, number>()
  for (const { stream, messages } of table.values()) sums.set(stream, (sums.get(stream) ?? 0) + messages)
  volumes.set(table, sums)
  return sums
}

export function medianOf(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const upper = sorted[Math.floor(middle)] ?? 0
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? 0) + upper) / 2 : upper
}
