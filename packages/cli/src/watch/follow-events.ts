import type { Ledger, StoredEvent } from '@icloud-delivery/engine'

/** Events that one look reads. */
const eventsALook = 500

/** How the event log is followed. */
export interface Following {
  /** How many of the newest events come first. */
  backlog: number
  /** From one look to the next. ms. */
  everyMs: number
  signal: AbortSignal
}

/**
 * The event log as it grows, in order, each event once, by its id. What came since the last look is read from its end
 * back, and told in order; the log itself is bounded, and so is what a slow reader finds.
 */
export async function* followEvents(
  ledger: Pick<Ledger, 'events'>,
  { backlog, everyMs, signal }: Following,
): AsyncGenerator<StoredEvent> {
  const first = backlog === 0 ? [] : await ledger.events({ limit: backlog })
  let last = first[0]?.id ?? (await ledger.events({ limit: 1 }))[0]?.id ?? 0
  yield* first.toReversed()
  while (!signal.aborted) {
    const fresh = await newer(ledger, last)
    last = fresh.at(-1)?.id ?? last
    yield* fresh
    if (fresh.length === 0) await pause(everyMs, signal)
  }
}

async function newer(ledger: Pick<Ledger, 'events'>, last: number): Promise<StoredEvent[]> {
  const all: StoredEvent[] = []
  let before: number | undefined
  for (;;) {
    const look = await ledger.events({ limit: eventsALook, ...(before !== undefined && { before }) })
    const fresh = look.filter(({ id }) => id > last)
    all.push(...fresh)
    before = look.at(-1)?.id
    if (fresh.length < eventsALook || before === undefined) return all.toReversed()
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, ms)
    function done(): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    signal.addEventListener('abort', done)
  })
}
