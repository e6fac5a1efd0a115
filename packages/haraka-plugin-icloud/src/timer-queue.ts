import TinyQueue from 'tinyqueue'
import type { TimerEntry, TimerQueue } from './haraka.ts'

/** So many messages begin at once; then other work of the process has its turn. */
export const AT_ONCE = 100
/** Entries that were taken out are cleared away when they are so many, and more than those that are left. */
const FEW_GONE = 1000

/** When something is due of which nobody said when, in ms. */
const UNSAID = 900_000

/** There may be very many: what all of them do is written once. */
class Timed implements TimerEntry {
  readonly id: string
  readonly fire_time: number
  cb: (() => void) | null
  /** Of two that are due at the same time the first one added goes first. */
  readonly order: number
  isGone = false

  constructor(id: string, fire_time: number, cb: () => void, order: number) {
    this.id = id
    this.fire_time = fire_time
    this.cb = cb
    this.order = order
  }

  cancel(): void {
    this.cb = null
  }
}

const quickened = new WeakSet<TimerQueue>()

/**
 * Makes Haraka's queue of deferred messages a heap. Haraka inserts into a sorted array, looks through all of it for the
 * place, and starts all that is due in one go: with 50,000 deferred messages its process stands still for seconds. What
 * the queue does stays the same, for other providers' mail too.
 *
 * @returns `false`, and changes nothing, if it is not the queue that is known here
 */
export function quicken(queue: TimerQueue): boolean {
  if (quickened.has(queue)) return true
  const { queue: entries } = queue
  const isKnown =
    Array.isArray(entries) &&
    (['add', 'discard', 'fire', 'drain', 'length'] as const).every(
      (name) => typeof queue[name] === 'function',
    )
  if (!isKnown) return false
  const heap = new TimerHeap()
  Object.defineProperty(queue, 'queue', { get: () => heap.sorted(), configurable: true })
  // NaN, as Haraka makes it of another plugin's `deferred` hook that took too long, is neither before nor after anything: all that
  // is put off would stay behind it for ever.
  queue.add = (id, ms, due) => heap.add(id, Date.now() + (Number.isFinite(ms) ? ms : UNSAID), due)
  queue.discard = (id) => heap.discard(id)
  queue.fire = () => heap.fire(Date.now())
  queue.drain = () => heap.drain()
  queue.length = () => heap.size
  for (const { id, fire_time, cb } of entries) if (cb) heap.add(id, fire_time, cb)
  quickened.add(queue)
  return true
}

class TimerHeap {
  readonly #byId = new Map<string, Timed>()
  #heap = new TinyQueue<Timed>([], sooner)
  /** What is started whether it is due or not. */
  #drained = new TinyQueue<Timed>([], sooner)
  /** What is due up to then is started. ms since the epoch. */
  #until = -Infinity
  #isStarting = false
  #order = 0
  size = 0

  add(id: string, fire_time: number, cb: () => void): TimerEntry {
    const entry = new Timed(id, fire_time, cb, ++this.#order)
    this.#byId.set(id, entry)
    this.#heap.push(entry)
    this.size++
    return entry
  }

  discard(id: string): TimerEntry[] {
    const entry = this.#byId.get(id)
    if (!entry) throw new Error(`${id} not found`)
    this.#take(entry)
    entry.cancel()
    const gone = this.#heap.length + this.#drained.length - this.size
    if (gone > Math.max(FEW_GONE, this.size, this.#drained.length)) {
      this.#heap = new TinyQueue(
        this.#heap.data.filter(({ isGone }) => !isGone),
        sooner,
      )
    }
    return [entry]
  }

  fire(now: number): void {
    this.#until = now
    this.#start()
  }

  drain(): void {
    if (this.#drained.length === 0) {
      this.#drained = this.#heap
      this.#heap = new TinyQueue<Timed>([], sooner)
    } else {
      for (let entry = this.#heap.pop(); entry !== undefined; entry = this.#heap.pop())
        this.#drained.push(entry)
    }
    this.#start()
  }

  /** As the array that Haraka's status plugin reads. It takes entries out of it and starts them: that is done here too. */
  sorted(): TimerEntry[] {
    return [...this.#drained.data, ...this.#heap.data]
      .filter(({ isGone }) => !isGone)
      .toSorted(sooner)
      .map((entry) => ({
        id: entry.id,
        fire_time: entry.fire_time,
        cb: () => this.#startNow(entry),
        cancel: () => entry.cancel(),
      }))
  }

  #startNow(entry: Timed): void {
    if (entry.isGone) return
    this.#take(entry)
    entry.cb?.()
  }

  #take(entry: Timed): void {
    entry.isGone = true
    this.size--
    if (this.#byId.get(entry.id) === entry) this.#byId.delete(entry.id)
  }

  #start(): void {
    if (this.#isStarting) return
    this.#isStarting = true
    const some = (): void => {
      for (let count = 0; count < AT_ONCE; count++) {
        const entry = this.#next()
        if (!entry) {
          this.#isStarting = false
          return
        }
        this.#take(entry)
        entry.cb?.()
      }
      setImmediate(some)
    }
    some()
  }

  #next(): Timed | undefined {
    const drained = firstOf(this.#drained)
    if (drained) return this.#drained.pop()
    const first = firstOf(this.#heap)
    return first && first.fire_time <= this.#until ? this.#heap.pop() : undefined
  }
}

function firstOf(heap: TinyQueue<Timed>): Timed | undefined {
  while (heap.peek()?.isGone) heap.pop()
  return heap.peek()
}

function sooner(a: Timed, b: Timed): number {
  return a.fire_time - b.fire_time || a.order - b.order
}
