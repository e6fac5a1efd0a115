import type { Engine, HoldRef } from '@icloud-delivery/engine'
import type { OutboxEntry, OutboxRecipient } from '../entry.ts'
import type { Outbox } from '../outbox.ts'

/** How often it is looked whether another process has opened what messages wait behind, ms. */
const lookMs = 3000
/** What was seen is believed so long, ms. */
const freshMs = 1000
/** Messages that are made due at the same time. */
const wakeAtOnce = 50

/** What a watch is made of. */
export interface HoldWatchParts {
  engine: Engine
  outbox: Outbox
  /** Hears once that it cannot be looked. */
  warn: (message: string) => void
}

/**
 * Makes messages in an outbox due as soon as what they wait behind is open, whoever opened it: the engine of this process, an
 * operator in another one, a test batch that came to an end. It looks at the few holds, and goes through the messages only
 * where one of those has ended.
 */
export class HoldWatch {
  readonly #parts: HoldWatchParts
  readonly #now: () => number
  /** Closed as far as is known. */
  readonly #known = new Set<string>()
  #closed: { keys: Promise<ReadonlySet<string>>; at: number } | null = null
  #timer: NodeJS.Timeout | null = null
  #looking: Promise<void> | null = null
  #wasFilled = false
  #hasFailed = false
  #isStopped = false
  readonly #onReleased = (): void => this.#lookSoon()

  /** @param now ms of a clock that only goes forward */
  constructor(parts: HoldWatchParts, now: () => number = () => performance.now()) {
    this.#parts = parts
    this.#now = now
  }

  start(): void {
    this.#parts.engine.on('released', this.#onReleased)
    this.#timer = setInterval(() => this.#lookSoon(), lookMs).unref()
    this.#lookSoon()
  }

  /** Resolves when it touches nothing any more. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#parts.engine.off('released', this.#onReleased)
    if (this.#timer) clearInterval(this.#timer)
    await this.#looking
  }

  /** A message of this process waits behind it. */
  waits(hold: HoldRef): void {
    this.#known.add(keyOf(hold))
  }

  /** Those of the recipients who need not wait any longer. Of those of whom it is not known why they wait, nobody. */
  async released(recipients: readonly OutboxRecipient[]): Promise<OutboxRecipient[]> {
    const held = recipients.filter(({ hold }) => hold)
    if (held.length === 0) return []
    try {
      const closed = await this.#closedNow()
      return held.filter(({ hold }) => hold && !closed.has(keyOf(hold)))
    } catch {
      return []
    }
  }

  #lookSoon(): void {
    if (this.#looking || this.#isStopped) return
    this.#looking = this.#look()
      .then(
        () => {
          this.#hasFailed = false
        },
        (error: unknown) => {
          // The worker itself says what it cannot read.
          if (!this.#hasFailed && !this.#isStopped)
            this.#parts.warn(`It could not be looked whether a hold is over: ${String(error)}`)
          this.#hasFailed = true
        },
      )
      .finally(() => {
        this.#looking = null
      })
  }

  async #look(): Promise<void> {
    const { waiting } = await this.#parts.outbox.size()
    const isFirst = !this.#wasFilled
    this.#wasFilled = true
    if (waiting === 0) return
    this.#closed = null
    const closed = await this.#closedNow()
    const hasOpened = [...this.#known].filter((key) => !closed.has(key))
    for (const key of hasOpened) this.#known.delete(key)
    // Those of single messages are many; who waits behind one has said so.
    for (const key of closed) if (!key.startsWith('campaign/<')) this.#known.add(key)
    // What was opened while no worker was there is found at the start.
    if (isFirst || hasOpened.length > 0) await this.#wake(closed)
  }

  async #wake(closed: ReadonlySet<string>): Promise<void> {
    const { outbox } = this.#parts
    const ids: string[] = []
    // All of them first: making one due moves the others in the list.
    for await (const { id, state, entry } of outbox.list()) {
      if (state === 'dead' || this.#isStopped) break
      if (state === 'waiting' && entry !== null && mayGo(entry, closed)) ids.push(id)
    }
    while (ids.length > 0 && !this.#isStopped)
      await Promise.all(ids.splice(0, wakeAtOnce).map((id) => outbox.retryNow(id)))
  }

  /** What is closed, not older than a second. */
  async #closedNow(): Promise<ReadonlySet<string>> {
    const now = this.#now()
    if (this.#closed === null || now - this.#closed.at >= freshMs)
      this.#closed = { keys: closedKeys(this.#parts.engine), at: now }
    return this.#closed.keys
  }
}

function mayGo({ recipients }: OutboxEntry, closed: ReadonlySet<string>): boolean {
  // Of whom it is not known what he waits behind may be one of those.
  return recipients.some(({ hold }) => hold === null || (hold !== undefined && !closed.has(keyOf(hold))))
}

async function closedKeys(engine: Engine): Promise<ReadonlySet<string>> {
  const [holds, canaries] = await Promise.all([engine.holds(), engine.canaries()])
  const keys = new Set(holds.map(keyOf))
  for (const { id, verdict } of canaries) if (verdict !== 'go') keys.add(keyOf({ scope: 'campaign', id }))
  return keys
}

function keyOf({ scope, id }: HoldRef): string {
  return `${scope}/${id}`
}
