import TinyQueue from 'tinyqueue'
import type { Engine, HoldRef } from '@icloud-delivery/engine'
import { Attached } from './attached.ts'
import type { HMail, Outbound } from './haraka.ts'

/** So many messages are woken at once; then other work of the process has its turn. */
const AT_ONCE = 100
/** A message that Haraka is still putting into its queue is woken after so many ms. */
const WAKE_AGAIN = 50
/** Messages that went on are cleared away when they are so many, and more than those that wait. */
const FEW_GONE = 1000

/** What parked mail needs to be woken. */
export interface Waker {
  outbound: () => Outbound
  waitedFor: Engine['waitedFor']
  /** The class of a message: 0 goes first. */
  priorityOf(hmail: HMail): number
  clock(): number
  /** How often to look whether another process has released a hold, in ms. */
  pollMs: number
  error(message: string): void
}

/** Where a message waits. */
interface Place {
  /** `null` once it has gone on: a place stays in its lines until its turn comes. */
  hmail: HMail | null
  priority: number
  /** ms since the epoch. */
  acceptedAt: number
  /** Of two that are as old the first one that came goes first. */
  order: number
  lines: Line[]
}

/**
 * Messages that wait behind holds. Each wakes by itself when the next probe is due; they are woken earlier when a probe
 * was accepted, or when one came to nothing and the next may try. By stream priority, then age, and some at a time.
 */
export class Parked {
  readonly #waker: Waker
  readonly #places = new Attached<HMail, Place>()
  readonly #lines = new Map<string, Line>()
  /** Who waits for a hold that is not known. */
  #unknown = new Line()
  /** Whose hold has ended. */
  readonly #waking = new Set<Line>()
  #isWaking = false
  #size = 0
  #order = 0
  /** Holds that are open as far as we know. */
  #known = new Set<string>()
  #timer: NodeJS.Timeout | null = null

  constructor(waker: Waker) {
    this.#waker = waker
  }

  /** How many wait. */
  get size(): number {
    return this.#size
  }

  /** Call it for a message that Haraka has been told to try later. `holds`: what it waits for, if that is known. */
  add(hmail: HMail, holds: readonly HoldRef[] | null): void {
    this.delete(hmail)
    const place: Place = {
      hmail,
      priority: this.#waker.priorityOf(hmail),
      acceptedAt: hmail.todo?.queue_time ?? 0,
      order: ++this.#order,
      lines: holds === null ? [this.#unknown] : holds.map((hold) => this.#lineOf(keyOf(hold))),
    }
    this.#places.set(hmail, place)
    this.#size++
    for (const line of place.lines) line.add(place)
    for (const hold of holds ?? []) this.#known.add(keyOf(hold))
    this.#schedule()
  }

  /** The message goes on, or is gone. */
  delete(hmail: HMail): void {
    const place = this.#places.get(hmail)
    if (!place) return
    this.#places.set(hmail, undefined)
    this.#size--
    place.hmail = null
    for (const line of place.lines) line.left()
  }

  /** A hold has ended: all that waited for it may ask again. */
  released(hold: HoldRef): void {
    this.#released(keyOf(hold))
  }

  /** A hold lets so many through: the first that wait for it ask again. */
  halfOpen(hold: HoldRef, room: number): void {
    for (let woken = 0; woken < room; woken++) this.#wakeOne(keyOf(hold))
  }

  #released(key: string): void {
    this.#known.delete(key)
    const line = this.#lines.get(key)
    this.#lines.delete(key)
    if (line) this.#waking.add(line)
    this.#waking.add(this.#unknown)
    this.#unknown = new Line()
    this.#wakeSome()
  }

  #lineOf(key: string): Line {
    let line = this.#lines.get(key)
    if (!line) this.#lines.set(key, (line = new Line()))
    return line
  }

  #schedule(): void {
    if (this.#timer !== null || this.#size === 0) return
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
    const open = new Map((await this.#waker.waitedFor()).map((hold) => [keyOf(hold), hold]))
    const gone = [...this.#known].filter((key) => !open.has(key))
    this.#known = new Set(open.keys())
    for (const key of gone) this.#released(key)
    for (const [key, { until }] of open) if (until <= this.#waker.clock()) this.#wakeOne(key)
  }

  /** The first of those behind a hold whose probe is due becomes the probe. */
  #wakeOne(key: string): void {
    for (const line of [this.#lines.get(key), this.#unknown]) {
      for (let place = line?.take(); place !== undefined; place = line?.take()) {
        if (this.#wake(place)) return
      }
    }
  }

  #wakeSome(): void {
    if (this.#isWaking) return
    this.#isWaking = true
    const some = (): void => {
      for (let count = 0; count < AT_ONCE; count++) {
        const line = this.#firstLine()
        if (!line) {
          this.#isWaking = false
          return
        }
        const place = line.take()
        if (place) this.#wake(place)
      }
      setImmediate(some)
    }
    some()
  }

  /** The line whose first is the first of all. */
  #firstLine(): Line | null {
    let best: { line: Line; place: Place } | null = null
    for (const line of this.#waking) {
      const place = line.first()
      if (!place) this.#waking.delete(line)
      else if (!best || before(place, best.place) < 0) best = { line, place }
    }
    return best?.line ?? null
  }

  /** `false` if the message is not in Haraka's queue; it may come there. */
  #wake(place: Place): boolean {
    const { hmail } = place
    if (!hmail) return false
    // Another plugin's `deferred` hook has had Haraka delete it after all.
    if (hmail.refcount <= 0) {
      this.delete(hmail)
      return false
    }
    const { delivery_queue, temp_fail_queue } = this.#waker.outbound()
    try {
      temp_fail_queue.discard(hmail.filename)
    } catch {
      // On its way into Haraka's queue, where it will be found in a moment; or on its way out, and then it is deleted here.
      setTimeout(() => this.#wake(place), WAKE_AGAIN).unref()
      return false
    }
    this.delete(hmail)
    delivery_queue.push(hmail)
    return true
  }
}

/** Those who wait for the same. */
class Line {
  #heap = new TinyQueue<Place>([], before)
  #left = 0

  add(place: Place): void {
    this.#heap.push(place)
  }

  /** One of them has gone on. */
  left(): void {
    this.#left++
    if (this.#left <= Math.max(FEW_GONE, this.#heap.length / 2)) return
    this.#heap = new TinyQueue(
      this.#heap.data.filter(({ hmail }) => hmail !== null),
      before,
    )
    this.#left = 0
  }

  first(): Place | undefined {
    while (this.#heap.peek()?.hmail === null) {
      this.#heap.pop()
      this.#left--
    }
    return this.#heap.peek()
  }

  /** Takes out who is first. */
  take(): Place | undefined {
    return this.first() && this.#heap.pop()
  }
}

function before(a: Place, b: Place): number {
  return a.priority - b.priority || a.acceptedAt - b.acceptedAt || a.order - b.order
}

/** Those whom a hold lets through are not those who wait because they do not read. */
function keyOf({ scope, id, engagedOnly }: HoldRef): string {
  return `${engagedOnly ? 'engaged-only ' : ''}${scope}/${id}`
}
