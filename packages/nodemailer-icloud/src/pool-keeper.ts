import { once, type EventEmitter } from 'node:events'
import { Socket } from 'node:net'
import { hungUp } from './hang-up.ts'
import type { InnerTransport } from './nodemailer-shapes.ts'

/** A connection of Nodemailer's pool. Emits `available`, `error` and `close`. */
interface PoolConnection extends EventEmitter {
  /** Open, and without a message. */
  available: boolean
  /** Sent over it so far. */
  messages: number
  /** Once it connects. */
  connection?: { _socket?: unknown }
  close(): void
}

/** Nodemailer's pool, as far as this package looks inside. */
interface Pool {
  _connections?: unknown
  _createConnection?: () => PoolConnection
}

const sizeByDefault = 5

/**
 * Keeps the connections of Nodemailer's pool to those that the lane gives. The pool itself keeps a connection for as long
 * as it can, where other processes may be waiting for it; and it hides it if Apple closes one, and sends again at once.
 */
export class PoolKeeper {
  /** Connections that the pool has at most. */
  readonly size: number
  readonly #pool: Pool
  #inUse = 0
  /** Connections that the pool has let go of, and that count until both sides have closed them. */
  #closing = 0
  /** Transactions that are over, and whose places at Apple such connections still take. */
  readonly #leaving: (() => void)[] = []

  private constructor(inner: InnerTransport, size: number) {
    this.#pool = inner as Pool
    this.size = size
    this.#watchConnections()
  }

  /** `null` for what is no pool. */
  static of(inner: InnerTransport): PoolKeeper | null {
    if (inner.name !== 'SMTP (pool)') return null
    const options = (inner.options ?? {}) as { maxConnections?: unknown; maxRequeues?: unknown }
    // A message whose connection Apple closed comes back to us, and goes when the lane says so.
    options.maxRequeues = 0
    const size = Math.floor(Number(options.maxConnections))
    return new PoolKeeper(inner, size >= 1 ? size : sizeByDefault)
  }

  /** A transaction begins. */
  begin(): void {
    this.#inUse++
  }

  /** A transaction is over. Resolves when the pool has dealt with it: its connection is available, or closed. */
  async settled(): Promise<void> {
    // A connection is available one turn after the callback.
    await nextTurn()
    await nextTurn()
    // After a refusal it is so when Apple has answered to RSET.
    while (this.#open().length >= this.#inUse && !this.#open().some(isAvailable)) {
      const changes = new AbortController()
      const { signal } = changes
      const busy = this.#open().flatMap((connection) => [
        once(connection, 'available', { signal }),
        once(connection, 'close', { signal }),
      ])
      // An error comes before the end of a connection, and is none of ours.
      await Promise.race(busy).catch(() => {})
      changes.abort()
      await Promise.allSettled(busy)
    }
  }

  /** Closes what has carried so many messages. */
  closeWorn(messages: number): void {
    for (const connection of this.#open()) {
      if (connection.available && connection.messages >= messages) connection.close()
    }
  }

  /** Whether the place of a transaction that is over may be another one's at once: no connection that is closing takes it. */
  get hasFreePlace(): boolean {
    return this.#closing <= this.#leaving.length
  }

  /** No other transaction takes its place: what none needs is closed. Resolves when nothing takes up the place at Apple. */
  async end(): Promise<void> {
    this.#inUse--
    let tooMany = this.#open().length - this.#inUse
    for (const connection of this.#open().filter(isAvailable)) {
      if (tooMany-- <= 0) break
      connection.close()
    }
    await new Promise<void>((resolve) => {
      this.#leaving.push(resolve)
      this.#letLeave()
    })
  }

  #open(): PoolConnection[] {
    const all = this.#pool._connections
    return Array.isArray(all) ? [...(all as PoolConnection[])] : []
  }

  #watchConnections(): void {
    const pool = this.#pool
    const create = pool._createConnection
    if (typeof create !== 'function') return
    pool._createConnection = () => {
      const connection = create.call(pool)
      let isClosing = false
      const closing = (): void => {
        if (isClosing) return
        isClosing = true
        this.#waitFor(connection)
      }
      connection.once('close', closing)
      connection.once('error', closing)
      return connection
    }
  }

  #waitFor({ connection }: PoolConnection): void {
    const socket = connection?._socket
    if (!(socket instanceof Socket) || socket.closed) return
    this.#closing++
    void hungUp(socket).then(() => {
      this.#closing--
      this.#letLeave()
    })
  }

  #letLeave(): void {
    while (this.#leaving.length > this.#closing) this.#leaving.shift()?.()
  }
}

function isAvailable({ available }: PoolConnection): boolean {
  return available
}

/** Lets everything go on that can. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
