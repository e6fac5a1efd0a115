import type { Action, Engine } from '@icloud-delivery/engine'
import type { Entry, Gate, Passage } from './gate.ts'
import type { InnerTransport } from './nodemailer-shapes.ts'
import { PoolKeeper } from './pool-keeper.ts'
import { Slots } from './slots.ts'

/** Who waited for less knows all that matters. */
const newsMs = 5

/**
 * For Apple: the engine's lane says how many connections there may be in all processes, how fast, and who is next. Who waits
 * is woken as soon as this process hears that Apple closed something, so that nobody waits hours for his turn to be told.
 */
export class LaneGate implements Gate {
  readonly #pool: PoolKeeper | null
  /** What waits inside a small pool could be held back by nobody any more, so it waits here. */
  readonly #ofPool: Slots | null
  readonly #clock: () => number
  #heard: Engine | null = null
  #closing = new AbortController()
  #waiting = 0

  constructor(inner: InnerTransport, clock: () => number) {
    this.#pool = PoolKeeper.of(inner)
    this.#ofPool = this.#pool && new Slots(this.#pool.size)
    this.#clock = clock
  }

  async enter(entry: Entry): Promise<Passage> {
    const { engine, signal } = entry
    const begun = performance.now()
    this.#listen(engine)
    const closing = this.#closing.signal
    const stop = signal ? AbortSignal.any([signal, closing]) : closing
    try {
      if (this.#ofPool && !(await this.#ofPool.enter(stop, entry.stream === 'transactional')))
        return { type: 'ask' }
      const passage = await this.#enterLane(entry, stop, begun)
      if (passage.type !== 'go') this.#ofPool?.leave()
      return passage
    } finally {
      this.#forget()
    }
  }

  async #enterLane(
    { engine, lane, stream, acceptedAt, recipients, until }: Entry,
    signal: AbortSignal,
    begun: number,
  ): Promise<Passage> {
    const waitSeconds = Math.max(0, until - this.#clock()) / 1000
    const entrance = await engine.enter({ lane, stream, acceptedAt, recipients, waitSeconds, signal })
    if (entrance.decision === 'later') {
      if (signal.aborted) return { type: 'ask' }
      return { type: 'later', retryAt: entrance.retryAt, reason: entrance.reason }
    }
    const { slot } = entrance
    this.#pool?.begin(slot.messages)
    const leave = (): void => {
      slot.release()
      this.#ofPool?.leave()
      this.#pool?.end()
    }
    return { type: 'go', waited: performance.now() - begun > newsMs, leave }
  }

  /** Only while somebody waits: a shared engine must not remember each transport that ever used it. */
  #listen(engine: Engine): void {
    this.#waiting++
    if (this.#heard !== null) return
    this.#heard = engine
    engine.on('held', this.#onHeld)
  }

  #forget(): void {
    this.#waiting--
    if (this.#waiting > 0) return
    this.#heard?.off('held', this.#onHeld)
    this.#heard = null
  }

  readonly #onHeld = ({ holds }: Action): void => {
    if (holds.length === 0) return
    const closing = this.#closing
    this.#closing = new AbortController()
    closing.abort()
  }
}
