import { EventEmitter } from 'node:events'
import type { Gate } from '../../gate.ts'
import type { Host } from '../../host.ts'
import { SlotGate } from '../../slot-gate.ts'
import type { Claim, Outbox, Taker } from '../outbox.ts'
import { ClaimHandler, type HandlerParts } from './claim-handler.ts'
import { HoldWatch } from './hold-watch.ts'
import { Persistence } from './persistence.ts'
import type { OutboxEvents } from './report.ts'
import { UnstoredOutcomes } from './unstored-outcomes.ts'
import { transactionsAtOnce } from './transactions-at-once.ts'

/** How often it is looked for what other processes have put, ms. */
const pollMs = 1000
/** The longest wait after a failure of the outbox, ms. */
const longestPauseMs = 30_000
/** What is said once only is remembered so often. */
const mostComplaints = 100
/** Longer delays overflow Node's timer. */
const longestTimerMs = 2 ** 31 - 1

type EventArguments = { [K in keyof OutboxEvents]: [payload: OutboxEvents[K]] }

/** What a worker is made of. */
export interface WorkerParts {
  host: Host
  outbox: Outbox
  /** Lets go of what this worker alone uses; called once it is idle. */
  onClosed: () => Promise<void>
  /** The process lives as long as this worker. */
  holdsProcess: boolean
}

/**
 * Sends what is in an outbox. It comes with the transport, as `transporter.transporter.worker`, or from
 * `startOutboxWorker`. Its events tell what was stored before: see {@link OutboxEvents}.
 */
export class OutboxWorker extends EventEmitter<EventArguments> {
  readonly #parts: WorkerParts
  readonly #warn: (message: string) => void
  readonly #persistence: Persistence
  readonly #handler: HandlerParts
  readonly #most: number
  /** On a relay hop nothing is held. */
  readonly #watch: HoldWatch | null
  /** By the id of the message. */
  readonly #active = new Map<string, { claim: Claim; done: Promise<void> }>()
  #claiming: Promise<number> | null = null
  #wanted = false
  /** There is more that is due: what is new has to wait for its turn. */
  #isBehind = false
  #failures = 0
  #stopListening: (() => void) | null = null
  #timer: NodeJS.Timeout | undefined
  #poll: NodeJS.Timeout | undefined
  #renewal: NodeJS.Timeout | undefined
  #closing: Promise<void> | null = null
  readonly #stop = new AbortController()

  constructor(parts: WorkerParts) {
    super()
    this.setMaxListeners(0)
    const { outbox } = parts
    const warn = (message: string): void => {
      this.#tell('warning', message)
      parts.host.warn(message)
    }
    const host: Host = { ...parts.host, warn }
    const complaints = new Set<string>()
    this.#parts = parts
    this.#warn = warn
    const atOnce = transactionsAtOnce(host.inner)
    const gate: Gate = host.settings.gate ?? new SlotGate(atOnce)
    // Those that wait for a connection, and those whose end is being stored, are claimed too: so no connection stays idle.
    this.#most = 4 * atOnce
    this.#persistence = new Persistence(host.warn)
    const { engines, peer } = host.settings
    this.#watch = peer.hop === 'direct' ? new HoldWatch({ engine: engines.get(), outbox, warn }) : null
    this.#handler = {
      host,
      outbox,
      gate,
      closing: this.#stop.signal,
      emit: (event, payload) => this.#tell(event, payload),
      complain: (message) => {
        if (complaints.has(message) || complaints.size >= mostComplaints) return
        complaints.add(message)
        warn(message)
      },
      released: async (recipients) => this.#watch?.released(recipients) ?? [],
      waits: ({ hold }) => {
        if (hold) this.#watch?.waits(hold)
      },
      unstored: new UnstoredOutcomes(),
      persist: (write) => this.#persistence.write(write),
    }
  }

  /** Begins to send. A worker that comes with a transport does so by itself. */
  start(): void {
    if (this.#stopListening || this.#closing) return
    const { outbox, holdsProcess } = this.#parts
    this.#stopListening = outbox.onDue(() => this.#wake())
    this.#poll = setInterval(() => this.#wake(), pollMs)
    if (!holdsProcess) this.#poll.unref()
    this.#renewal = setInterval(() => this.#renew(), outbox.leaseMs / 3).unref()
    this.#watch?.start()
    this.#wake()
  }

  /**
   * Sends what is due, and resolves when nothing is due and nothing on its way any more. What has to wait for a later time
   * stays in the outbox.
   *
   * @throws OutboxError if the outbox cannot be read
   */
  async flush(): Promise<void> {
    for (;;) {
      const found = await this.#claim()
      if (found === 0 && this.#active.size === 0) return
      await Promise.race(Array.from(this.#active.values(), ({ done }) => done))
    }
  }

  /**
   * Takes no more messages, and resolves when those that are being sent are through; what waits for its turn goes back. What is left
   * stays in the outbox. How it went with a message that was sent is given up, with a `warning`, if the outbox cannot be written for
   * as long as a lease lasts: then that message may be sent twice.
   *
   * @param options `drain`: sends first what is due, as {@link flush} does
   * @throws OutboxError if the outbox could not be read for that; it is closed nevertheless
   */
  async close({ drain = false }: { drain?: boolean } = {}): Promise<void> {
    // Its leases have ended by then, and whoever waits for the end of the process would kill it.
    this.#persistence.limit(this.#parts.outbox.leaseMs)
    try {
      if (drain && this.#closing === null) await this.flush()
    } finally {
      this.#closing ??= this.#finish()
      await this.#closing
    }
  }

  async #finish(): Promise<void> {
    this.#stop.abort()
    this.#stopListening?.()
    clearTimeout(this.#timer)
    clearInterval(this.#poll)
    await this.#watch?.stop()
    await this.#claiming?.catch(() => 0)
    await Promise.all(Array.from(this.#active.values(), ({ done }) => done))
    this.#persistence.end()
    clearInterval(this.#renewal)
    await this.#parts.onClosed()
  }

  /** For a message that is about to be stored: somebody who begins with it at once; `null` if there is enough to do. */
  offer(): Taker | null {
    if (this.#stopListening === null || this.#closing || this.#isBehind) return null
    if (this.#active.size >= this.#most) return null
    return { now: this.#parts.host.settings.clock(), begin: (claim) => this.#begin(claim) }
  }

  #wake(): void {
    if (this.#stopListening === null || this.#closing) return
    this.#wanted = true
    // Some at a time: each claim is a transaction.
    if (this.#claiming || this.#active.size > (this.#most * 3) / 4) return
    this.#wanted = false
    this.#claim().then(
      () => {
        this.#failures = 0
      },
      (error: unknown) => this.#pause(error),
    )
  }

  /** Takes what is due and begins with it. One at a time. */
  async #claim(): Promise<number> {
    while (this.#claiming) await this.#claiming.catch(() => 0)
    if (this.#closing) return 0
    const free = this.#most - this.#active.size
    if (free <= 0) return 0
    this.#claiming = this.#take(free)
    try {
      return await this.#claiming
    } finally {
      this.#claiming = null
      if (this.#wanted) this.#wake()
    }
  }

  async #take(limit: number): Promise<number> {
    const { outbox, host } = this.#parts
    const { claims, nextAt } = await outbox.claim({ now: host.settings.clock(), limit })
    for (const claim of claims) this.#begin(claim)
    this.#isBehind = claims.length === limit
    if (claims.length === limit) this.#wanted = true
    else if (nextAt !== null) this.#wakeAt(nextAt)
    return claims.length
  }

  #begin(claim: Claim): void {
    const running = this.#active.get(claim.id)
    if (running) {
      // Our own, of which the lease had ended: the one who has it in hand goes on.
      running.claim.lease = claim.lease
      return
    }
    const done = ClaimHandler.handle(this.#handler, claim)
      .catch((error: unknown) => {
        this.#warn(`The message ${claim.id} in the outbox could not be handled: ${String(error)}`)
      })
      .finally(() => {
        this.#active.delete(claim.id)
        this.#wake()
      })
    this.#active.set(claim.id, { claim, done })
  }

  #renew(): void {
    if (this.#active.size === 0) return
    const { outbox, host } = this.#parts
    const claims = Array.from(this.#active.values(), ({ claim }) => claim)
    outbox.renew(claims, host.settings.clock()).catch((error: unknown) => {
      this.#warn(`The leases in the outbox could not be renewed: ${String(error)}`)
    })
  }

  #wakeAt(at: number): void {
    clearTimeout(this.#timer)
    const wait = at - this.#parts.host.settings.clock()
    this.#timer = setTimeout(() => this.#wake(), Math.min(Math.max(wait, 0), longestTimerMs)).unref()
  }

  /** The outbox cannot be read: says so once, and comes back later and later. */
  #pause(error: unknown): void {
    this.#failures++
    if (this.#failures === 1) this.#warn(`The outbox cannot be read: ${String(error)}`)
    const wait = Math.min(1000 * 2 ** this.#failures, longestPauseMs)
    this.#timer = setTimeout(() => this.#wake(), wait).unref()
  }

  #tell<K extends keyof OutboxEvents>(event: K, payload: OutboxEvents[K]): void {
    try {
      ;(this as EventEmitter).emit(event, payload)
    } catch (error) {
      // Not to the listeners to warnings: it may be one of them.
      this.#parts.host.warn(`A listener to "${event}" failed: ${String(error)}`)
    }
  }
}
