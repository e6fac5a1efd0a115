import type { Kinds } from './decide-turn.ts'

/** What waits first in one stream. */
export interface Head {
  /** 0 is urgent, and goes first. */
  priority: number
  /** ms since the epoch. */
  acceptedAt: number
  /** Grows with each arrival. */
  order: number
}

export function kindOf({ priority }: Pick<Head, 'priority'>): keyof Kinds {
  return priority === 0 ? 'urgent' : 'bulk'
}

/** Whether `a` goes before `b` within a class: by age, then by arrival. */
export function isOlder(a: Omit<Head, 'priority'>, b: Omit<Head, 'priority'>): boolean {
  return a.acceptedAt === b.acceptedAt ? a.order < b.order : a.acceptedAt < b.acceptedAt
}

/**
 * Who is next: by class, then by age. A class that was passed over `patience` times is next, the lowest of them first, so
 * that none starves. `passedOver`: how often, by class.
 */
export function nextHead<T extends Head>(
  heads: readonly T[],
  passedOver: ReadonlyMap<number, number>,
  patience: number,
): T | null {
  let best: T | null = null
  let isOverdue = false
  for (const head of heads) {
    const overdue = (passedOver.get(head.priority) ?? 0) >= patience
    if (best === null || (overdue !== isOverdue ? overdue : comesBefore(head, best, overdue))) {
      best = head
      isOverdue = overdue
    }
  }
  return best
}

/** How often each class was passed over, once `taken` went. Classes that do not wait are forgotten. */
export function passOver(
  passedOver: ReadonlyMap<number, number>,
  waiting: Iterable<number>,
  taken: number,
): Map<number, number> {
  const next = new Map<number, number>()
  for (const priority of waiting) {
    if (priority !== taken) next.set(priority, (passedOver.get(priority) ?? 0) + 1)
  }
  return next
}

/** How often a class may be passed over to get this share of the turns; never, if it has none. */
export function patienceOf(lowestShare: number): number {
  return lowestShare === 0 ? Infinity : Math.ceil(1 / lowestShare - 1e-9) - 1
}

function comesBefore(a: Head, b: Head, overdue: boolean): boolean {
  if (a.priority !== b.priority) return overdue ? a.priority > b.priority : a.priority < b.priority
  return isOlder(a, b)
}
