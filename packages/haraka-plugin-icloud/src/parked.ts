import type { Engine, Hold, HoldRef } from '@icloud-delivery/engine'
import type { HMail, Outbound } from './haraka.ts'

/** What parked mail needs to be woken. */
export interface Waker {
  outbound: () => Outbound
  holds: Engine['holds']
  clock(): number
  /** How often to look whether another process has released a hold, in ms. */
  pollMs: number
  error(message: string): void
}

/**
 * Messages that wait behind holds. Each wakes by itself when the next probe is due; they are woken earlier when a probe
 * was accepted, or when one came to nothing and the next may try.
 */
export class Parked {
  readonly #waker: Waker
  /** In the order of their coming; `null`: the hold is not known. */
  readonly #waiting = new Map<HMail, readonly HoldRef[] | null>()
  /** Holds that are open as far as we know. */
  #known = new Set<string>()
  #timer: NodeJS.Timeout | null = null

  constructor(waker: Waker) {
    this.#waker = waker
  }

  /** How many wait. */
  get size(): number {
    return this.#waiting.size
  }

  /** Call it for a message that Haraka has been told to try later. `holds`: what it waits for, if that is known. */
  add(hmail: HMail, holds: readonly HoldRef[] | null): void {
    this.#waiting.set(hmail, holds)
    for (const hold of holds ?? []) this.#known.add(keyOf(hold))
    this.#schedule()
  }

  /** The message goes on, or is gone. */
  delete(hmail: HMail): void {
    this.#waiting.delete(hmail)
  }

  /** A hold has ended: all that waited for it may ask again. */
  released(hold: HoldRef): void {
    const key = keyOf(hold)
    this.#known.delete(key)
    for (const hmail of this.#behind(key)) this.#wake(hmail)
  }

  /** A hold lets so many through: the first that wait for it ask again. */
  halfOpen(hold: HoldRef, room: number): void {
    for (let woken = 0; woken < room; woken++) this.#wakeOne(keyOf(hold))
  }

  #schedule(): void {
    if (this.#timer !== null || this.#waiting.size === 0) return
    this.#timer = setTimeout(() => {
      this.#poll()
        .catch((error: unknown) => this.#waker.error(`looking after holds: ${String(error)}`))
        .finally(() => {
          this.#timer = null
          this.#schedule()
        })
    }, this.#waker.pollMs)
    this.#timer.unref()
  }

  async #poll(): Promise<void> {
    const open = new Map((await this.#waker.holds()).map((hold) => [keyOf(hold), hold]))
    const gone = [...this.#known].filter((key) => !open.has(key))
    this.#known = new Set(open.keys())
    for (const key of gone) for (const hmail of this.#behind(key)) this.#wake(hmail)
    for (const [key, { until }] of open) if (until <= this.#waker.clock()) this.#wakeOne(key)
  }

  #behind(key: string): HMail[] {
    return [...this.#waiting].flatMap(([hmail, holds]) =>
      holds === null || holds.some((hold) => keyOf(hold) === key) ? [hmail] : [],
    )
  }

  /** The oldest of those behind a hold whose probe is due becomes the probe. */
  #wakeOne(key: string): void {
    for (const hmail of this.#behind(key)) if (this.#wake(hmail)) return
  }

  /** `false` if the message is on its way already, or not parked yet. */
  #wake(hmail: HMail): boolean {
    const { delivery_queue, temp_fail_queue } = this.#waker.outbound()
    try {
      temp_fail_queue.discard(hmail.filename)
    } catch {
      return false
    }
    this.#waiting.delete(hmail)
    delivery_queue.push(hmail)
    return true
  }
}

function keyOf({ scope, id }: HoldRef | Hold): string {
  return `${scope}/${id}`
}
