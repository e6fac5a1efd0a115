import type { EventEmitter } from 'node:events'
import { Socket } from 'node:net'
import { hungUp } from './hang-up.ts'
import type { InnerTransport, MailLike, SendCallback } from './nodemailer-shapes.ts'
import { Slots } from './slots.ts'

/** A connection of Nodemailer's pool. Emits `available`, `error` and `close`. */
export interface PoolConnection extends EventEmitter {
  /** Open, and without a message. */
  available: boolean
  /** Sent over it so far. */
  messages: number
  /** Once it connects. */
  connection?: { _socket?: unknown }
  send(mail: MailLike, callback: SendCallback): unknown
  close(): void
}

/** Nodemailer's pool, as far as this package looks inside. */
interface Pool extends InnerTransport {
  _closed?: unknown
  _connections?: unknown
  _createConnection?: () => PoolConnection
}

/** The way of one mail: resolves when the connection that carried it has done with it. */
interface Carried {
  connection: PoolConnection
  done: Promise<void>
}

const sizeByDefault = 5

/** A pool has one keeper, however many wrappers it has. */
const keepers = new WeakMap<InnerTransport, PoolKeeper>()

/**
 * Keeps the connections of Nodemailer's pool to those that the lane gives. The pool itself keeps a connection for as long
 * as it can, where other processes may be waiting for it; and it hides it if Apple closes one, and sends again at once.
 */
export class PoolKeeper {
  /** One for each connection that the pool has at most. What waits inside the pool could be held back by nobody any more. */
  readonly slots: Slots
  readonly #pool: Pool
  #inUse = 0
  readonly #carried = new WeakMap<MailLike, Carried>()
  /** Connections that the pool has let go of, and that count until both sides have closed them. */
  #closing = 0
  /** Transactions that are over, and whose places at Apple such connections still take. */
  readonly #leaving: (() => void)[] = []

  private constructor(pool: Pool, size: number) {
    this.#pool = pool
    this.slots = new Slots(size)
    this.#watchConnections()
  }

  /** `null` for what is no pool. */
  static of(inner: InnerTransport): PoolKeeper | null {
    if (inner.name !== 'SMTP (pool)') return null
    const known = keepers.get(inner)
    if (known) return known
    const options = (inner.options ?? {}) as { maxConnections?: unknown; maxRequeues?: unknown }
    // A message whose connection Apple closed comes back to us, and goes when the lane says so.
    options.maxRequeues = 0
    const size = Math.floor(Number(options.maxConnections))
    const keeper = new PoolKeeper(inner, size >= 1 ? size : sizeByDefault)
    keepers.set(inner, keeper)
    return keeper
  }

  /** A transaction begins. */
  begin(): void {
    this.#inUse++
  }

  /** Has the pool send. @throws Error `ECONNECTION` if it is closed: before version 10 it would never call back */
  send(mail: MailLike, callback: SendCallback): unknown {
    if (this.#pool._closed === true)
      throw Object.assign(new Error('Connection pool was closed'), { code: 'ECONNECTION' })
    return this.#pool.send(mail, callback)
  }

  /**
   * A transaction is over. Resolves when the pool has dealt with it, with its connection: available, in use for another mail,
   * or closed. `null`: none carried it.
   */
  async settled(mail: MailLike | null): Promise<PoolConnection | null> {
    // The pool gives a mail to a connection one turn after it was handed in.
    await nextTurn()
    await nextTurn()
    const carried = mail && this.#carried.get(mail)
    if (!carried) return null
    // After a refusal that is when Apple has answered to RSET.
    await carried.done
    return carried.connection
  }

  /** No other transaction takes its place: what none needs is closed. Resolves when nothing takes up the place at Apple. */
  async end(): Promise<void> {
    this.#inUse--
    let tooMany = this.#open().length - this.#inUse
    for (const connection of this.#open().filter(({ available }) => available)) {
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
      this.#watch(connection)
      return connection
    }
  }

  #watch(connection: PoolConnection): void {
    let done = (): void => {}
    const send = connection.send.bind(connection)
    connection.send = (mail, callback) => {
      // It calls itself again once it is connected.
      if (this.#carried.get(mail)?.connection !== connection) {
        const over = new Promise<void>((resolve) => (done = resolve))
        this.#carried.set(mail, { connection, done: over })
      }
      return send(mail, callback)
    }
    // Before the pool hears of it, and gives the connection its next mail.
    connection.prependListener('available', () => done())
    let isClosing = false
    const closing = (): void => {
      done()
      if (isClosing) return
      isClosing = true
      this.#waitFor(connection)
    }
    connection.once('close', closing)
    connection.once('error', closing)
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

/** Lets everything go on that can. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
