import type { Engine, EngineEvents, Logger } from '@icloud-delivery/engine'
import { eventsAfter, newestId, type Arrived } from './events-after.ts'

/** New lines of the event log. `last` is the id of the newest. */
export interface Batch extends Arrived {
  last: number
}

type Listener = (batch: Batch) => void

const most = 2000
/** After an event of our own engine: time for others to come along, and for the write to be there. */
const pokeMs = 40

const told = [
  'delivered',
  'suppressed',
  'softBounced',
  'retry',
  'failed',
  'held',
  'released',
  'alert',
  'incident',
] as const satisfies readonly (keyof EngineEvents)[]

/**
 * Follows the event log, whoever writes it: other processes have no other way to tell. It is looked at every `pollMs`, and at once
 * when the engine of this process says something. Nobody listens, nothing is read.
 */
export class EventTail {
  /** The newest line that was seen; `null` before the first look. */
  last: number | null = null
  private readonly listeners = new Set<Listener>()
  private readonly engine: Engine
  private readonly pollMs: number
  private readonly logger: Logger
  private timer: NodeJS.Timeout | null = null
  private dueAt = Infinity
  private reading: Promise<void> | null = null
  private isDown = false
  private waiting: (() => void)[] = []
  private readonly poke = (): void => this.schedule(pokeMs)

  constructor(engine: Engine, pollMs: number, logger: Logger) {
    this.engine = engine
    this.pollMs = pollMs
    this.logger = logger
  }

  /** From now on `listener` gets each batch. Gives a way to end it. */
  follow(listener: Listener): () => void {
    this.listeners.add(listener)
    if (this.listeners.size === 1) {
      for (const event of told) this.engine.on(event, this.poke)
      this.schedule(0)
    }
    return () => {
      if (this.listeners.delete(listener) && this.listeners.size === 0) this.stop()
    }
  }

  /** Resolves when it is known from where on lines are told: from then on none is left out. Somebody has to follow. */
  async begun(): Promise<void> {
    while (this.last === null && this.listeners.size > 0)
      await new Promise<void>((resolve) => this.waiting.push(resolve))
  }

  /** Resolves when nothing is being read any more. */
  async close(): Promise<void> {
    this.listeners.clear()
    this.stop()
    await this.reading
  }

  private stop(): void {
    for (const event of told) this.engine.off(event, this.poke)
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
    this.dueAt = Infinity
    // Whoever comes next begins with what is there then.
    this.last = null
    this.wake()
  }

  private wake(): void {
    for (const resolve of this.waiting.splice(0)) resolve()
  }

  private schedule(ms: number): void {
    const dueAt = performance.now() + ms
    if (this.reading !== null || dueAt >= this.dueAt) return
    if (this.timer !== null) clearTimeout(this.timer)
    this.dueAt = dueAt
    this.timer = setTimeout(() => {
      this.timer = null
      this.dueAt = Infinity
      this.reading = this.read().finally(() => {
        this.reading = null
        this.wake()
        if (this.listeners.size > 0) this.schedule(this.pollMs)
      })
    }, ms)
    this.timer.unref()
  }

  private async read(): Promise<void> {
    try {
      const { ledger } = this.engine
      if (this.last === null) this.last = await newestId(ledger)
      else {
        const arrived = await eventsAfter(ledger, this.last, most)
        const newest = arrived.events.at(-1)
        if (newest !== undefined && this.listeners.size > 0) {
          this.last = newest.id
          this.listeners.forEach((listener) => listener({ ...arrived, last: newest.id }))
        }
      }
      this.isDown = false
    } catch (error) {
      if (!this.isDown)
        this.logger.warn(
          `icloud-delivery: the dashboard cannot read the event log: ${String(error).slice(0, 300)}`,
        )
      this.isDown = true
    }
  }
}
