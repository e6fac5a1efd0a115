import { once, type EventEmitter } from 'node:events'
import type { InnerTransport } from './nodemailer-shapes.ts'

/** A connection of Nodemailer's pool. Emits `available` and `close`. */
interface PoolConnection extends EventEmitter {
  /** Open, and without a message. */
  available: boolean
  /** Sent over it so far. */
  messages: number
  close(): void
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

  /** No other transaction goes on over its connection: what none needs is closed. */
  end(): void {
    this.#inUse--
    let tooMany = this.#open().length - this.#inUse
    for (const connection of this.#open().filter(isAvailable)) {
      if (tooMany-- <= 0) return
      connection.close()
    }
  }

  #open(): PoolConnection[] {
    const all = (this.#inner as { _connections?: unknown })._connections
    return Array.isArray(all) ? [...(all as PoolConnection[])] : []
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
