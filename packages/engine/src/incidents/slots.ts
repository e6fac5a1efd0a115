import { ages } from './known-good.ts'
import type { Counts } from '../ledger/ledger.ts'

/** What became of mail to good recipients in a minute or an hour. */
export interface Slot {
  /** ms since the epoch. */
  start: number
  /** Mail that Apple accepted at a first try, or refused for good. */
  attempts: number
  /** Days since Apple last accepted mail for them, added up over the attempts: what losses are expected from. */
  days: number
  /** Recipients refused for the first time, by kind. */
  refused: Readonly<Record<string, number>>
  /** Kinds of `refused` that do not speak of the recipient. */
  policy: ReadonlySet<string>
  /** The later tries: those accepted, and those refused again, by kind. */
  acceptedAgain: number
  refusedAgain: Readonly<Record<string, number>>
}

/** A group of counts of `goodSeries` as a {@link Slot}. */
export function slotOf(counts: Counts, start: number): Slot {
  const refused: Record<string, number> = {}
  const refusedAgain: Record<string, number> = {}
  const policy = new Set<string>()
  let attempts = 0
  let days = 0
  let acceptedAgain = 0
  for (const [field, by] of Object.entries(counts)) {
    const [what, age, about, kind = '', again] = field.split(' ')
    if (what === 'ok' && about === 'again') {
      acceptedAgain += by
      continue
    }
    if (what === 'no') {
      const sums = again === undefined ? refused : refusedAgain
      sums[kind] = (sums[kind] ?? 0) + by
      if (about === 'p') policy.add(kind)
      if (again !== undefined) continue
    }
    attempts += by
    days += by * (ages[Number(age)] ?? 0)
  }
  return { start, attempts, days, refused, policy, acceptedAgain, refusedAgain }
}

/** Kinds that occur in these slots: those that speak of recipients, or the others. */
export function kindsOf(slots: readonly Slot[], about: 'recipient' | 'policy'): string[] {
  const kinds = new Set<string>()
  for (const { refused, policy } of slots) {
    for (const kind in refused) if (policy.has(kind) === (about === 'policy')) kinds.add(kind)
  }
  return [...kinds]
}
