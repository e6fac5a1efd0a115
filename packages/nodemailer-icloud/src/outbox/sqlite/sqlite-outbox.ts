import { randomUUID } from 'node:crypto'
import { resolve } from 'node:path'
import { configError } from '../../config-error.ts'
import { BodyCipher } from '../body-cipher.ts'
import type { OutboxEntry } from '../entry.ts'
import { OutboxError } from '../outbox-error.ts'
import { outboxSettings, type OutboxOptions, type OutboxSettings } from '../outbox-options.ts'
import type { Claim, Outbox, OutboxItem, OutboxSize, Taker } from '../outbox.ts'
import { claimOf, readEntry } from '../read-stored.ts'
import type { Held } from './request.ts'
import { StoreClient } from './store-client.ts'

/**
 * An outbox in an SQLite file of mode 0600, shared by as many processes of one user and machine as you like. Not for network
 * file systems.
 *
 * What is stored is on the disk when `sendMail` resolves (synchronous FULL; messages that are stored at the same time share
 * one wait for it). At most 1,000,000 messages and 10 GiB, unless you say otherwise. The file is opened when it is first used,
 * in a thread of its own.
 *
 * @param file a path; a relative one starts at the working directory
 * @throws Error `ECONFIG`
 */
export function sqliteOutbox(file: string, options: OutboxOptions = {}): Outbox {
  if (typeof file !== 'string' || file === '') throw configError('the file of the outbox', 'a path', file)
  return new SqliteOutbox(
    resolve(file),
    outboxSettings(options, { maxMessages: 1_000_000, maxBytes: 10 * 2 ** 30 }),
  )
}

class SqliteOutbox implements Outbox {
  readonly maxMessageBytes: number
  readonly leaseMs: number
  readonly #file: string
  readonly #settings: OutboxSettings
  readonly #cipher: BodyCipher
  readonly #listeners = new Set<() => void>()
  #store: Promise<StoreClient> | null = null
  #closed = false

  constructor(file: string, settings: OutboxSettings) {
    this.#file = file
    this.#settings = settings
    this.#cipher = new BodyCipher(settings.keys)
    this.maxMessageBytes = settings.maxMessageBytes
    this.leaseMs = settings.leaseMs
  }

  async open(): Promise<void> {
    this.#closed = false
    await this.#opened()
  }

  async put(
    entry: OutboxEntry,
    body: Uint8Array,
    key: string | null,
    taker: Taker | null = null,
  ): Promise<string> {
    const { maxMessages, maxBytes, maxMessageBytes } = this.#settings
    if (body.length > maxMessageBytes) {
      const about = `the message has ${body.length} bytes, the outbox takes ${maxMessageBytes} (maxMessageBytes)`
      throw new OutboxError('EOUTBOXFULL', about)
    }
    const sealed = this.#cipher.seal(body, entry.messageId)
    const store = await this.#opened()
    const lease = taker && randomUUID()
    const dueAt = taker ? taker.now + this.leaseMs : entry.acceptedAt
    const text = JSON.stringify(entry)
    const { id, isNew } = await store.ask({
      op: 'put',
      dueAt,
      lease,
      entry: text,
      body: sealed,
      key,
      maxMessages,
      maxBytes,
    })
    if (taker === null || lease === null) this.#tell()
    else if (isNew) taker.begin({ id: String(id), lease, entry, body, problem: null })
    return String(id)
  }

  async claim({
    now,
    limit,
  }: {
    now: number
    limit: number
  }): Promise<{ claims: Claim[]; nextAt: number | null }> {
    const store = await this.#opened()
    const lease = randomUUID()
    const found = await store.ask({ op: 'claim', now, until: now + this.leaseMs, limit, lease })
    const claims = found.messages.map(({ id, entry, body }) =>
      claimOf({ id: String(id), lease, entry: readEntry(entry), body }, this.#cipher),
    )
    return { claims, nextAt: found.nextAt }
  }

  async renew(claims: readonly Claim[], now: number): Promise<void> {
    const store = await this.#opened()
    await store.ask({ op: 'renew', held: claims.map(heldOf), until: now + this.leaseMs })
  }

  async save(claim: Claim, entry: OutboxEntry, dropBody: boolean): Promise<boolean> {
    const store = await this.#opened()
    return store.ask({ op: 'save', held: heldOf(claim), entry: JSON.stringify(entry), dropBody })
  }

  async release(claim: Claim, entry: OutboxEntry, dueAt: number): Promise<boolean> {
    const store = await this.#opened()
    const done = await store.ask({ op: 'release', held: heldOf(claim), entry: JSON.stringify(entry), dueAt })
    this.#tell()
    return done
  }

  async finish(claim: Claim): Promise<boolean> {
    const store = await this.#opened()
    return store.ask({ op: 'finish', held: heldOf(claim) })
  }

  async bury(claim: Claim, entry: OutboxEntry | null, reason: string, dropBody: boolean): Promise<boolean> {
    const store = await this.#opened()
    const text = entry && JSON.stringify(entry)
    return store.ask({
      op: 'bury',
      held: heldOf(claim),
      entry: text,
      reason: reason.slice(0, 1000),
      dropBody,
    })
  }

  async *list(): AsyncIterable<OutboxItem> {
    for (const dead of [false, true]) {
      let after = 0
      for (;;) {
        const store = await this.#opened()
        const page = await store.ask({ op: 'list', dead, after, now: Date.now() })
        for (const { id, entry, bytes, sending, reason } of page) {
          const state = dead ? 'dead' : sending ? 'sending' : 'waiting'
          yield { id: String(id), state, entry: readEntry(entry), bytes, reason }
        }
        after = page.at(-1)?.id ?? 0
        if (page.length === 0) break
      }
    }
  }

  async size(): Promise<OutboxSize> {
    const store = await this.#opened()
    return store.ask({ op: 'size' })
  }

  async cancel(id: string): Promise<boolean> {
    if (!isId(id)) return false
    const store = await this.#opened()
    return store.ask({ op: 'cancel', id: Number(id), now: Date.now() })
  }

  async retryNow(id?: string): Promise<number> {
    if (id !== undefined && !isId(id)) return 0
    const store = await this.#opened()
    const count = await store.ask({
      op: 'retryNow',
      id: id === undefined ? null : Number(id),
      now: Date.now(),
    })
    this.#tell()
    return count
  }

  onDue(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  async close(): Promise<void> {
    this.#closed = true
    const store = await this.#store?.catch(() => null)
    await store?.close()
  }

  /** Opens it at the first use, and again after that or its thread failed; not after it was closed. */
  async #opened(): Promise<StoreClient> {
    const before = this.#store
    const store = await before?.catch(() => null)
    if (this.#closed) throw new OutboxError('EOUTBOXCLOSED', `${this.#file} was closed`)
    if (store?.isUsable) return store
    // Of those who found it so the first one opens it.
    if (this.#store === before) this.#store = StoreClient.open(this.#file)
    return this.#store as Promise<StoreClient>
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }
}

function heldOf({ id, lease }: Claim): Held {
  return { id: Number(id), lease }
}

function isId(id: unknown): boolean {
  return typeof id === 'string' && /^[1-9]\d{0,14}$/.test(id)
}
