import type { Engine, EngineEvents, HoldRef } from '@icloud-delivery/engine'
import type { OutboxEntry, OutboxRecipient } from '../entry.ts'
import type { Outbox } from '../outbox.ts'
import { Woken } from './woken.ts'

/** How often it is looked whether another process has opened what messages wait behind, ms. */
const lookMs = 3000
/** What was seen is believed so long, ms. */
const freshMs = 1000
/** Messages that are made due at the same time. */
const wakeAtOnce = 50

/** What opened before the first look, and for whom it is not known what he waits behind. */
const atStart = 'at the start'

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
  readonly #woken = new Woken()
  #closed: { keys: Promise<ReadonlySet<string>>; at: number } | null = null
  #timer: NodeJS.Timeout | null = null
  #looking: Promise<void> | null = null
  #wasFilled = false
  #hasFailed = false
  #isStopped = false
  readonly #onReleased = (what: EngineEvents['released']): void => {
    // So it was closed, even if that was between two looks.
    if ('hold' in what) this.#woken.forget(keyOf(what.hold))
    this.#lookSoon()
  }

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
    if (waiting === 0) {
      this.#woken.clear()
      return
    }
    this.#closed = null
    const closed = await this.#closedNow()
    const hasOpened = [...this.#known].filter((key) => !closed.has(key))
    for (const key of hasOpened) this.#known.delete(key)
    for (const key of closed) {
      this.#woken.forget(key)
      // Those of single messages are many; who waits behind one has said so.
      if (!key.startsWith('campaign/<')) this.#known.add(key)
    }
    // What was opened while no worker was there is found at the start.
    if (isFirst) hasOpened.push(atStart)
    if (hasOpened.length > 0) await this.#wake(closed, hasOpened)
  }

  async #wake(closed: ReadonlySet<string>, hasOpened: readonly string[]): Promise<void> {
    const { outbox } = this.#parts
    const found: { id: string; keys: readonly string[] }[] = []
    // All of them first: making one due moves the others in the list.
    for await (const { id, state, entry } of outbox.list()) {
      if (state === 'dead' || this.#isStopped) break
      if (state !== 'waiting' || entry === null) continue
      const keys = openedFor(entry, closed, hasOpened)
      if (keys.some((key) => !this.#woken.has(key, id))) found.push({ id, keys })
    }
    while (found.length > 0 && !this.#isStopped) {
      await Promise.all(
        found.splice(0, wakeAtOnce).map(async ({ id, keys }) => {
          await outbox.retryNow(id)
          for (const key of keys) this.#woken.add(key, id)
        }),
      )
    }
  }

  /** What is closed, not older than a second. */
  async #closedNow(): Promise<ReadonlySet<string>> {
    const now = this.#now()
    if (this.#closed === null || now - this.#closed.at >= freshMs)
      this.#closed = { keys: closedKeys(this.#parts.engine), at: now }
    return this.#closed.keys
  }
}

/** What a message has waited behind that is open now. */
function openedFor(
  { recipients }: OutboxEntry,
  closed: ReadonlySet<string>,
  opened: readonly string[],
): string[] {
  return recipients.flatMap(({ hold }) => {
    if (hold === undefined) return []
    // Of whom it is not known what he waits behind may be one of those.
    if (hold === null) return opened
    const key = keyOf(hold)
    return closed.has(key) ? [] : [key]
  })
}

async function closedKeys(engine: Engine): Promise<ReadonlySet<string>> {
  return new Set((await engine.waitedFor()).map(keyOf))
}

function keyOf({ scope, id, engagedOnly }: HoldRef): string {
  return `${engagedOnly ? 'engaged-only ' : ''}${scope}/${id}`
}
