/** Connections that a process has or could use at once. */
export interface Demand {
  id: string
  urgent: number
  bulk: number
}

/** Connections that a process may have, and how many of them for mail that is not urgent. */
export interface Share {
  slots: number
  bulk: number
}

/** The same, and how many of them were given for urgent mail. */
export interface FairShare extends Share {
  urgent: number
}

/** With so many connections one is left to mail that is not urgent. */
const enoughForAll = 4

/** Connections that only urgent mail may use: none if there is only one. */
export function reserved(concurrency: number, reserve: number): number {
  return reserve === 0 ? 0 : Math.min(concurrency - 1, Math.ceil(concurrency * reserve - 1e-9))
}

/**
 * Who may have how many of a lane's connections: first urgent mail, then the rest, each by equal parts, and nobody more
 * than he can use. What a process has for urgent mail it may use for the rest in turn, but not what is reserved. `turn`: a
 * number that changes now and then, so that what cannot be parted goes to one after the other.
 */
export function sharesOf(
  demands: readonly Demand[],
  concurrency: number,
  reserve: number,
  turn: number,
): Map<string, FairShare> {
  const sorted = demands.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const first = sorted.length === 0 ? 0 : turn % sorted.length
  const inTurn = [...sorted.slice(first), ...sorted.slice(0, first)]
  const wantsUrgent = inTurn.map((demand) => demand.urgent)
  const wantsBulk = inTurn.map((demand) => demand.bulk)
  const unreserved = concurrency - reserved(concurrency, reserve)
  const leftToBulk = concurrency >= enoughForAll && wantsBulk.some((wants) => wants > 0) ? 1 : 0

  const urgent = part(wantsUrgent, concurrency - leftToBulk)
  const rest = concurrency - urgent.reduce((sum, slots) => sum + slots, 0)
  const bulk = part(wantsBulk, Math.min(rest, unreserved))
  const mayBeBulk = part(wantsBulk, unreserved)
  return new Map(
    inTurn.map(({ id }, index) => {
      const ofUrgent = urgent[index] ?? 0
      const slots = ofUrgent + (bulk[index] ?? 0)
      return [id, { slots, urgent: ofUrgent, bulk: Math.min(slots, mayBeBulk[index] ?? 0) }]
    }),
  )
}

/** Parts `total` among those who want some: equally, as far as they want. */
function part(wants: readonly number[], total: number): number[] {
  const parts = wants.map(() => 0)
  let left = total
  let open = wants.map((_, index) => index).filter((index) => (wants[index] ?? 0) > 0)
  while (left > 0 && open.length > 0) {
    const each = Math.max(1, Math.floor(left / open.length))
    for (const index of open) {
      const more = Math.min(each, left, (wants[index] ?? 0) - (parts[index] ?? 0))
      parts[index] = (parts[index] ?? 0) + more
      left -= more
    }
    open = open.filter((index) => (parts[index] ?? 0) < (wants[index] ?? 0))
  }
  return parts
}
