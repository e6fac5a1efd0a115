import type { InnerTransport } from './nodemailer-shapes.ts'

/** A connection of Nodemailer's pool. */
interface PoolConnection {
  /** Open, and without a message. */
  available?: unknown
  /** Sent over it so far. */
  messages?: unknown
  close?: unknown
}

const sizeByDefault = 5

/**
 * Keeps the connections of Nodemailer's pool to those that the lane gives. The pool itself keeps a connection for as long
 * as it can, where other processes may be waiting for it; and it hides it if Apple closes one, and sends again at once.
 */
export class PoolKeeper {
  /** Connections that the pool has at most. */
  readonly size: number
  readonly #inner: InnerTransport
  #inUse = 0
  #messagesEach = Infinity

  private constructor(inner: InnerTransport, size: number) {
    this.#inner = inner
    this.size = size
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

  /** A transaction begins. `messagesEach`: so many messages may go over one connection. */
  begin(messagesEach: number): void {
    this.#inUse++
    this.#messagesEach = messagesEach
  }

  /** A transaction is over. Its connection is closed, unless the next one takes it at once. */
  end(): void {
    this.#inUse--
    // The pool marks a connection as available one turn after the callback, and takes it again one turn later.
    setImmediate(() => setImmediate(() => setImmediate(() => this.#trim())))
  }

  #trim(): void {
    const all = (this.#inner as { _connections?: unknown })._connections
    if (!Array.isArray(all)) return
    let open = all.length
    for (const connection of [...(all as PoolConnection[])]) {
      const { available, messages, close } = connection
      if (available !== true || typeof close !== 'function') continue
      if (open <= this.#inUse && !(Number(messages) >= this.#messagesEach)) continue
      close.call(connection)
      open--
    }
  }
}
