import { randomUUID } from 'node:crypto'
import type { Job } from 'bullmq'
import { configError } from '../../config-error.ts'
import { BodyCipher } from '../body-cipher.ts'
import type { OutboxEntry } from '../entry.ts'
import { OutboxError } from '../outbox-error.ts'
import { outboxSettings, type OutboxOptions, type OutboxSettings } from '../outbox-options.ts'
import type { Claim, Outbox, OutboxItem, OutboxSize } from '../outbox.ts'
import { claimOf, isEntry } from '../read-stored.ts'
import { checkConnection } from './connection.ts'
import { MailQueue, type QueueSettings, type StoredMail } from './mail-queue.ts'
import type { OutboxConnection } from './outbox-connection.ts'
import { held, outboxError } from './redis-errors.ts'

/** Options of {@link bullmqOutbox}. */
export interface BullmqOutboxOptions extends OutboxOptions {
  /** Where Redis is: `redis://host:port`, the options of ioredis, or a client of ioredis. Not a cluster. */
  connection: OutboxConnection
  /** Name of the queue. Default `nodemailer-icloud-outbox`. */
  name?: string
  /** As of BullMQ: what all keys begin with. Default `bull`. */
  prefix?: string
  /** Goes on with a Redis that may lose messages: without an append-only file, or with an eviction policy. Default false. */
  acceptLoss?: boolean
}

const more = ['connection', 'name', 'prefix', 'acceptLoss'] as const

/** How long it is tried again to store a message, ms. */
const putMs = 10_000
const pauseMs = 200
/** Jobs that are looked at in one go: each comes with its body. */
const pageSize = 20

/**
 * An outbox in Redis, as a queue of BullMQ, for any number of machines. A message is as safe as the append-only file of that
 * Redis: with `appendfsync everysec`, the default, a power cut may take the last second; with `always` nothing. It refuses a
 * Redis without one, and one that evicts keys. At most 100,000 messages and 1 GiB, unless you say otherwise: it is memory.
 *
 * The packages `bullmq` (6 or newer) and `ioredis` have to be installed.
 *
 * @throws Error `ECONFIG`
 */
export function bullmqOutbox(options: BullmqOutboxOptions): Outbox {
  const settings = outboxSettings(options, { maxMessages: 100_000, maxBytes: 2 ** 30 }, more)
  const { connection, name = 'nodemailer-icloud-outbox', prefix = 'bull', acceptLoss = false } = options
  checkConnection(connection)
  for (const [option, value] of Object.entries({ name, prefix })) {
    if (typeof value !== 'string' || value === '' || (option === 'name' && value.includes(':')))
      throw configError(`outbox.${option}`, 'a name without a colon that is not empty', value)
  }
  return new BullmqOutbox({ connection, name, prefix, acceptLoss }, settings)
}

class BullmqOutbox implements Outbox {
  readonly maxMessageBytes: number
  readonly leaseMs: number
  readonly #where: QueueSettings
  readonly #settings: OutboxSettings
  readonly #cipher: BodyCipher
  readonly #jobs = new WeakMap<Claim, Job<StoredMail>>()
  /** Of which it is not known whether they are done. */
  readonly #unsure = new WeakSet<Claim>()
  readonly #listeners = new Set<() => void>()
  #queue: Promise<MailQueue> | null = null
  #closed = false

  constructor(where: Omit<QueueSettings, 'leaseMs'>, settings: OutboxSettings) {
    this.#settings = settings
    this.#cipher = new BodyCipher(settings.keys)
    this.maxMessageBytes = settings.maxMessageBytes
    this.leaseMs = settings.leaseMs
    this.#where = { ...where, leaseMs: settings.leaseMs }
  }

  async open(): Promise<void> {
    this.#closed = false
    await this.#opened()
  }

  async put(entry: OutboxEntry, body: Uint8Array, key: string | null): Promise<string> {
    const { maxMessages, maxBytes, maxMessageBytes } = this.#settings
    if (body.length > maxMessageBytes) {
      const about = `the message has ${body.length} bytes, the outbox takes ${maxMessageBytes} (maxMessageBytes)`
      throw new OutboxError('EOUTBOXFULL', about)
    }
    const sealed = this.#cipher.seal(body, entry.messageId)
    const text = Buffer.from(sealed.buffer).toString('base64')
    const data: StoredMail = { entry, body: text, bytes: sealed.length, put: randomUUID() }
    const queue = await this.#opened()
    const { id, isThere } =
      key === null ? { id: randomUUID(), isThere: false } : await outboxError(() => placeOf(queue, key))
    if (isThere) return id
    await outboxError(() => queue.makeRoom(id, data.bytes, maxMessages, maxBytes))
    let until: number | null = null
    for (;;) {
      try {
        // It may have been stored, claimed and sent before it was known here that it was stored.
        if (until !== null && (await queue.hasEnded(data.put))) return id
        // As long as it is there the same id is the same message, whatever became of the tries before.
        await queue.add(id, data)
        break
      } catch (error) {
        // From the first failure on: a process that stood still meanwhile looks at least once what became of it.
        until ??= performance.now() + putMs
        if (performance.now() > until) {
          // The last try may still get there, so it is taken away again as soon as that is possible. Not one that somebody
          // else may have stored.
          if (key === null) queue.takeBack(id)
          throw await outboxError(() => Promise.reject(error as Error)).catch((failure: unknown) => failure)
        }
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
    // One of the same id may have ended meanwhile, and its size been taken out with it. It is stored, counted or not.
    if (key !== null) await queue.resize(id, data.bytes).catch(() => {})
    this.#tell()
    return id
  }

  async claim({
    limit,
  }: {
    now: number
    limit: number
  }): Promise<{ claims: Claim[]; nextAt: number | null }> {
    const queue = await this.#opened()
    const taken = await outboxError(() => queue.take(limit))
    const claims = taken.map(({ job, lease }) => {
      const { entry, body } = (job.data ?? {}) as Partial<StoredMail>
      const bytes = typeof body === 'string' ? Buffer.from(body, 'base64') : null
      const known = isEntry(entry) ? entry : null
      const claim = claimOf({ id: String(job.id), lease, entry: known, body: bytes }, this.#cipher)
      this.#jobs.set(claim, job)
      return claim
    })
    // BullMQ moves what is due by itself; when that is, only it knows.
    return { claims, nextAt: null }
  }

  async renew(claims: readonly Claim[]): Promise<void> {
    await this.#opened()
    const renewals = claims.map((claim) =>
      held(() => this.#jobOf(claim).extendLock(claim.lease, this.leaseMs)),
    )
    await outboxError(() => Promise.all(renewals))
  }

  async save(claim: Claim, entry: OutboxEntry, dropBody: boolean): Promise<boolean> {
    const queue = await this.#opened()
    return outboxError(() => this.#store(queue, claim, entry, dropBody))
  }

  async release(claim: Claim, entry: OutboxEntry, dueAt: number): Promise<boolean> {
    const queue = await this.#opened()
    return outboxError(async () => {
      if (!(await this.#store(queue, claim, entry, false))) return false
      return held(async () => {
        await this.#jobOf(claim).moveToDelayed(dueAt, claim.lease)
        this.#tell()
      })
    })
  }

  async finish(claim: Claim): Promise<boolean> {
    const queue = await this.#opened()
    const job = this.#jobOf(claim)
    const isUnsure = this.#unsure.has(claim)
    this.#unsure.add(claim)
    const done = await outboxError(async () => {
      // Before its id is free again: whoever stored it may not know yet that he did.
      const { put } = job.data ?? {}
      if (typeof put === 'string') await queue.ends(put)
      const isHeld = await held(() => job.moveToCompleted(null, claim.lease, false))
      // The answer to an earlier try did not come through, but it had its effect.
      return isHeld || (isUnsure && (await queue.find(claim.id)) === null)
    })
    this.#unsure.delete(claim)
    // What is counted too many is found when the outbox is full, or opened again.
    if (done) await queue.gone(claim.id).catch(() => {})
    return done
  }

  async bury(claim: Claim, entry: OutboxEntry | null, reason: string, dropBody: boolean): Promise<boolean> {
    const queue = await this.#opened()
    return outboxError(async () => {
      if ((entry || dropBody) && !(await this.#store(queue, claim, entry, dropBody))) return false
      const error = new Error(reason.slice(0, 1000))
      // Where in this program it was said tells nobody anything.
      error.stack = ''
      return held(() => this.#jobOf(claim).moveToFailed(error, claim.lease, false))
    })
  }

  async *list(): AsyncIterable<OutboxItem> {
    const queue = await this.#opened()
    const states = [
      ['wait', 'waiting'],
      ['delayed', 'waiting'],
      ['active', 'sending'],
      ['failed', 'dead'],
    ] as const
    for (const [list, state] of states) {
      for (let from = 0; ; from += pageSize) {
        const start = from
        const page = await outboxError(() => queue.page(list, start, start + pageSize - 1))
        for (const { id, data, failedReason } of page) {
          const entry = isEntry(data?.entry) ? data.entry : null
          yield { id: String(id), state, entry, bytes: data?.bytes ?? 0, reason: failedReason ?? null }
        }
        if (page.length < pageSize) break
      }
    }
  }

  async size(): Promise<OutboxSize> {
    const queue = await this.#opened()
    return outboxError(() => queue.size())
  }

  async cancel(id: string): Promise<boolean> {
    const queue = await this.#opened()
    return outboxError(() => queue.remove(id))
  }

  async retryNow(id?: string): Promise<number> {
    const queue = await this.#opened()
    const count = await outboxError(() => (id === undefined ? queue.promoteAll() : queue.promote(id)))
    this.#tell()
    return count
  }

  onDue(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  async close(): Promise<void> {
    this.#closed = true
    const queue = await this.#queue?.catch(() => null)
    this.#queue = null
    await queue?.close()
  }

  /** False if the lease is lost. */
  async #store(
    queue: MailQueue,
    claim: Claim,
    entry: OutboxEntry | null,
    dropBody: boolean,
  ): Promise<boolean> {
    const job = this.#jobOf(claim)
    // What stores the data asks for no lock.
    if (!(await held(() => job.extendLock(claim.lease, this.leaseMs)))) return false
    const { data } = job
    const next = { ...data, entry: entry ?? data.entry }
    await job.updateData(dropBody ? { ...next, body: null, bytes: 0 } : next)
    if (dropBody) await queue.resize(claim.id, 0)
    return true
  }

  #jobOf(claim: Claim): Job<StoredMail> {
    const job = this.#jobs.get(claim)
    if (job === undefined) throw new OutboxError('EOUTBOXCLOSED', 'the claim is none of this outbox')
    return job
  }

  async #opened(): Promise<MailQueue> {
    if (this.#closed) throw new OutboxError('EOUTBOXCLOSED', 'the outbox was closed')
    const opening = (this.#queue ??= MailQueue.open(this.#where))
    try {
      return await opening
    } catch (error) {
      // The next one tries again.
      if (this.#queue === opening) this.#queue = null
      throw error
    }
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }
}

/** Under which id a message of this key waits, or is to be stored: what died under the same key keeps its own. */
async function placeOf(queue: MailQueue, key: string): Promise<{ id: string; isThere: boolean }> {
  for (let dead = 0; ; dead++) {
    const id = dead === 0 ? key : `${key}-${dead}`
    const found = await queue.find(id)
    if (found !== 'dead') return { id, isThere: found === 'waiting' }
  }
}
