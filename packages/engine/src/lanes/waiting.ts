import type { Kinds } from './decide-turn.ts'
import { isOlder, kindOf, nextHead, passOver, type Head } from './grant-order.ts'
import { Heap } from './heap.ts'

/** A caller that waits for a connection. */
export interface Waiter extends Head {
  stream: string
  recipients: number
  /** When the waiting ends: ms since the epoch, and on the machine's own clock, which never jumps. */
  deadline: number
  endsAt: number
  /** It has its answer. */
  isDone: boolean
}

/** Those of one stream. */
interface Queue<W extends Waiter> {
  readonly stream: string
  readonly priority: number
  readonly heap: Heap<W>
  /** Those who still wait. */
  live: number
}

/** Those who are gone are cleared away when they are so many, and more than those who wait. */
const fewGone = 1000

/** Who waits for a connection of a lane, in this process. */
export class Waiting<W extends Waiter> {
  private readonly queues = new Map<string, Queue<W>>()
  private readonly deadlines = new Heap<W>((a, b) => a.deadline < b.deadline)
  private passedOver: ReadonlyMap<number, number> = new Map()
  /** How often a class may be passed over. */
  patience: number
  readonly count: Kinds = { urgent: 0, bulk: 0 }

  constructor(patience: number) {
    this.patience = patience
  }

  get isEmpty(): boolean {
    return this.count.urgent + this.count.bulk === 0
  }

  push(waiter: W): void {
    const queue = this.queueOf(waiter)
    queue.heap.push(waiter)
    queue.live++
    this.count[kindOf(waiter)]++
    if (Number.isFinite(waiter.deadline)) this.deadlines.push(waiter)
  }

  /** Nobody waits, and he need not either. */
  passBy(waiter: W): void {
    waiter.isDone = true
    if (this.passedOver.size > 0) this.passedOver = new Map()
  }

  /** Who goes next, if anybody may; he does not wait any more. */
  next(mayGo: (stream: string, priority: number) => boolean): W | null {
    const heads: W[] = []
    for (const queue of this.queues.values()) {
      const first = firstOf(queue)
      if (first !== undefined && mayGo(queue.stream, queue.priority)) heads.push(first)
    }
    const taken = nextHead(heads, this.passedOver, this.patience)
    if (taken === null) return null
    const classes = new Set([...this.queues.values()].map(({ priority }) => priority))
    this.remove(taken)
    this.passedOver = passOver(this.passedOver, classes, taken.priority)
    return taken
  }

  /** He does not wait any more. He stays in the heap until his turn comes or there are too many of his kind. */
  remove(waiter: W): void {
    if (waiter.isDone) return
    waiter.isDone = true
    this.count[kindOf(waiter)]--
    const queue = this.queueOf(waiter)
    queue.live--
    if (queue.live === 0) this.queues.delete(queue.stream)
    else if (queue.heap.size - queue.live > Math.max(fewGone, queue.live))
      queue.heap.keep((one) => !one.isDone)
    const { deadlines } = this
    while (deadlines.first?.isDone) deadlines.pop()
  }

  /** Those whose time is over, one at a time. */
  expired(now: number): W | undefined {
    const { first } = this.deadlines
    return first !== undefined && this.waitLeft(now) <= 0 ? first : undefined
  }

  /** ms until somebody's time is over. */
  waitLeft(now: number): number {
    const { first } = this.deadlines
    return first === undefined ? Infinity : Math.min(first.deadline - now, first.endsAt - performance.now())
  }

  /** Whether anybody of a higher class waits who could go. */
  hasBefore(priority: number, mayGo: (stream: string, priority: number) => boolean): boolean {
    for (const queue of this.queues.values()) {
      if (queue.priority < priority && mayGo(queue.stream, queue.priority)) return true
    }
    return false
  }

  /** How many wait, by stream. */
  *byStream(): Generator<{ stream: string; priority: number; waiting: number }> {
    for (const { stream, priority, live } of this.queues.values()) yield { stream, priority, waiting: live }
  }

  /** Ends the waiting of all. */
  *drain(): Generator<W> {
    for (const { heap } of this.queues.values()) {
      for (let waiter = heap.pop(); waiter !== undefined; waiter = heap.pop()) {
        if (waiter.isDone) continue
        this.remove(waiter)
        yield waiter
      }
    }
  }

  /** Whoever waits has a queue that is known. */
  private queueOf({ stream, priority }: W): Queue<W> {
    let queue = this.queues.get(stream)
    if (queue === undefined) {
      queue = { stream, priority, heap: new Heap<W>(isOlder), live: 0 }
      this.queues.set(stream, queue)
    }
    return queue
  }
}

/** The first who still waits. */
function firstOf<W extends Waiter>({ heap }: Queue<W>): W | undefined {
  while (heap.first?.isDone) heap.pop()
  return heap.first
}
