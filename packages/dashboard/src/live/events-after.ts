import type { Ledger, StoredEvent } from '@icloud-delivery/engine'

const page = 100

/** What came into the event log after a line. */
export interface Arrived {
  /** Oldest first. */
  events: StoredEvent[]
  /** There were more than asked for: the oldest are left out. */
  gap: boolean
}

/** The lines of the event log behind the line `after`, at most `most` of them, the newest. */
export async function eventsAfter(
  ledger: Pick<Ledger, 'events'>,
  after: number,
  most: number,
): Promise<Arrived> {
  const found: StoredEvent[] = []
  let before: number | undefined
  for (;;) {
    const limit = Math.min(found.length === 0 ? page : page * 10, most + 1 - found.length)
    const some = await ledger.events(before === undefined ? { limit } : { limit, before })
    const fresh = some.filter(({ id }) => id > after)
    found.push(...fresh)
    if (fresh.length < limit) return { events: found.toReversed(), gap: false }
    if (found.length > most) return { events: found.slice(0, most).toReversed(), gap: true }
    before = found.at(-1)?.id
  }
}

/** The id of the newest line; 0 if there is none. */
export async function newestId(ledger: Pick<Ledger, 'events'>): Promise<number> {
  const [newest] = await ledger.events({ limit: 1 })
  return newest?.id ?? 0
}
