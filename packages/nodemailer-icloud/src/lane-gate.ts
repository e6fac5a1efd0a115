import type { Action, Engine, Slot } from '@icloud-delivery/engine'
import { Followers } from './followers.ts'
import type { Entry, Gate, Passage, Send } from './gate.ts'
import type { InnerTransport, MailLike } from './nodemailer-shapes.ts'
import { OpenedSockets } from './opened-sockets.ts'
import { nextTurn, PoolKeeper, type PoolConnection } from './pool-keeper.ts'

/** Who waited for less knows all that matters. */
const newsMs = 5

type Turn = Slot | { retryAt: number; reason: string }

/** Somebody who waits for the lane, and may be given the connection of another one. */
interface Waiting {
  entry: Entry
  given: Slot | null
  take: (slot: Slot) => void
}

/**
 * For Apple: the engine's lane says how many connections there may be in all processes, how fast, and who is next. Who waits
 * is woken as soon as this process hears that Apple closed something, so that nobody waits hours for his turn to be told.
 */
export class LaneGate implements Gate {
  readonly #pool: PoolKeeper | null
  readonly #ports: readonly number[]
  readonly #clock: () => number
  /** Those who could go on over a connection of the pool. */
  readonly #waiting = new Set<Waiting>()
  /** What ends the wait of each who is inside. */
  readonly #inside = new Set<AbortController>()
  /** Transactions that are over, while their connections are being closed. */
  readonly #leaving = new Set<Promise<void>>()
  readonly #followers = new Followers()
  #heard: Engine | null = null

  constructor(inner: InnerTransport, clock: () => number) {
    this.#pool = PoolKeeper.of(inner)
    this.#ports = portsOf(inner)
    this.#clock = clock
  }

  async enter(entry: Entry): Promise<Passage> {
    const { engine, signal, stream } = entry
    const begun = performance.now()
    const stop = new AbortController()
    const unfollow = signal && this.#followers.add(signal, stop)
    this.#inside.add(stop)
    this.#listen(engine)
    try {
      if (this.#pool && !(await this.#pool.slots.enter(stop.signal, stream === 'transactional')))
        return { type: 'ask' }
      const slot = await (this.#pool
        ? this.#enterOrTake(entry, stop, this.#pool)
        : this.#enterLane(entry, stop.signal))
      if ('messages' in slot) return this.#go(entry, slot, performance.now() - begun > newsMs)
      this.#pool?.slots.leave()
      return stop.signal.aborted ? { type: 'ask' } : { type: 'later', ...slot }
    } catch (error) {
      this.#pool?.slots.leave()
      throw error
    } finally {
      unfollow?.()
      this.#inside.delete(stop)
      this.#forget()
    }
  }

  async #enterLane(
    { engine, lane, stream, acceptedAt, recipients, until }: Entry,
    signal: AbortSignal,
  ): Promise<Turn> {
    const waitSeconds = Math.max(0, until - this.#clock()) / 1000
    const entrance = await engine.enter({ lane, stream, acceptedAt, recipients, waitSeconds, signal })
    if (entrance.decision === 'go') return entrance.slot
    return { retryAt: entrance.retryAt, reason: entrance.reason }
  }

  async #enterOrTake(entry: Entry, stop: AbortController, pool: PoolKeeper): Promise<Turn> {
    const waiting: Waiting = {
      entry,
      given: null,
      take: (slot) => {
        waiting.given = slot
        stop.abort()
      },
    }
    this.#waiting.add(waiting)
    const slot = await this.#enterLane(entry, stop.signal).finally(() => this.#waiting.delete(waiting))
    if (waiting.given !== null) {
      if ('messages' in slot) slot.release()
      return waiting.given
    }
    if ('messages' in slot) pool.begin()
    return slot
  }

  #go(entry: Entry, slot: Slot, waited: boolean): Passage {
    if (this.#pool === null) {
      const sockets = new OpenedSockets(this.#ports)
      const leave = () => this.#leave(slot, this.#hangUp(sockets, slot))
      return { type: 'go', waited, send: (...send) => sockets.send(...send), leave }
    }
    const pool = this.#pool
    let sent: MailLike | null = null
    const send: Send = (_inner, mail, callback) => {
      sent = mail
      return pool.send(mail, callback)
    }
    const leave = () => this.#leave(slot, this.#goOn(pool, entry, slot, sent))
    return { type: 'go', waited, send, leave }
  }

  #leave(slot: Slot, done: Promise<void>): void {
    const left = done.catch(() => slot.release()).finally(() => this.#leaving.delete(left))
    this.#leaving.add(left)
  }

  async #hangUp(sockets: OpenedSockets, slot: Slot): Promise<void> {
    await nextTurn()
    await sockets.hungUp()
    slot.release()
  }

  /** Has the next one take the connection over, or closes it. */
  async #goOn(pool: PoolKeeper, entry: Entry, slot: Slot, sent: MailLike | null): Promise<void> {
    let connection: PoolConnection | null = null
    try {
      connection = await pool.settled(sent)
    } finally {
      pool.slots.leave()
    }
    if (connection?.available && connection.messages >= slot.messages) connection.close()
    // Who waited for the pool waits for the lane then.
    await nextTurn()
    const next = this.#nextOf(entry)
    if (next !== null && connection?.available && slot.again(next.entry.recipients)) {
      this.#waiting.delete(next)
      next.take(slot)
      return
    }
    await pool.end()
    slot.release()
  }

  /** Resolves when those transactions that are over by now have given their connections back. */
  async left(): Promise<void> {
    await Promise.all(this.#leaving)
  }

  /** Whether a transaction is over that has not given its connection back yet. */
  get isLeaving(): boolean {
    return this.#leaving.size > 0
  }

  /** The one of the same stream who waits longest: the lane gives the connection to no other class. */
  #nextOf({ engine, lane, stream }: Entry): Waiting | null {
    let oldest: Waiting | null = null
    for (const waiting of this.#waiting) {
      const { entry } = waiting
      if (entry.engine !== engine || entry.lane !== lane || entry.stream !== stream) continue
      if (oldest === null || entry.acceptedAt < oldest.entry.acceptedAt) oldest = waiting
    }
    return oldest
  }

  /** Only while somebody waits: a shared engine must not remember each transport that ever used it. */
  #listen(engine: Engine): void {
    if (this.#heard !== null) return
    this.#heard = engine
    engine.on('held', this.#onHeld)
  }

  #forget(): void {
    if (this.#inside.size > 0) return
    this.#heard?.off('held', this.#onHeld)
    this.#heard = null
  }

  readonly #onHeld = ({ holds }: Action): void => {
    if (holds.length === 0) return
    const reason = new Error('Apple closed something')
    for (const stop of this.#inside) stop.abort(reason)
  }
}

/** Of the server, as Nodemailer chooses it, and of the proxy before it if there is one. */
function portsOf({ options }: InnerTransport): number[] {
  const { port, secure, proxy } = (options ?? {}) as { port?: unknown; secure?: unknown; proxy?: unknown }
  const ofServer = Number(port) || (secure ? 465 : 587)
  const url = typeof proxy === 'string' && URL.canParse(proxy) ? new URL(proxy) : null
  if (url === null) return [ofServer]
  return [ofServer, Number(url.port) || (url.protocol === 'https:' ? 443 : 80)]
}
