import { randomUUID } from 'node:crypto'
import type { Job, Queue, Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import type { OutboxEntry } from '../entry.ts'
import type { OutboxSize } from '../outbox.ts'
import { connect, load } from './connection.ts'
import type { OutboxConnection } from './outbox-connection.ts'
import { MessageSizes } from './message-sizes.ts'
import { refuseCluster } from './redis-cluster.ts'
import { checkDurability } from './redis-durability.ts'
import { outboxError } from './redis-errors.ts'

/** The data of a job. */
export interface StoredMail {
  entry: OutboxEntry
  /** Base64; `null` if it was dropped. */
  body: string | null
  /** Of the body. */
  bytes: number
  /** The call of `put` that stored it. */
  put: string
}

export interface QueueSettings {
  connection: OutboxConnection
  name: string
  prefix: string
  acceptLoss: boolean
  leaseMs: number
}

/** Jobs that are asked for at the same time. */
const takeAtOnce = 8
const takeBackMs = 1000
/** How long it is known which call of `put` stored a message that is no more, in seconds: longer than one of them tries. */
const overSeconds = 120

/** A queue of BullMQ with this package's jobs, and what it holds in all. */
export class MailQueue {
  readonly #settings: QueueSettings
  readonly #bullmq: typeof import('bullmq')
  readonly #client: Redis
  readonly #queue: Queue<StoredMail>
  readonly #sizes: MessageSizes
  #worker: Promise<Worker<StoredMail>> | null = null
  #workerClient: Redis | null = null
  #closed = false

  private constructor(settings: QueueSettings, bullmq: typeof import('bullmq'), client: Redis) {
    this.#settings = settings
    this.#bullmq = bullmq
    this.#client = client
    const { name, prefix } = settings
    this.#sizes = new MessageSizes(client, `${prefix}:${name}:`)
    this.#queue = new bullmq.Queue(name, { connection: client, prefix })
    this.#queue.on('error', ignore)
  }

  /** @throws OutboxError */
  static async open(settings: QueueSettings): Promise<MailQueue> {
    const bullmq = await load('bullmq', async () => import('bullmq'))
    const client = await connect(settings.connection)
    client.on('error', ignore)
    try {
      await outboxError(async () => {
        await client.connect()
        refuseCluster(await client.info('server'))
        if (!settings.acceptLoss)
          checkDurability(`${await client.info('memory')}\n${await client.info('persistence')}`)
      })
      const queue = new MailQueue(settings, bullmq, client)
      // What asks Redis at its beginning, and gets no answer then, would fail for ever.
      await outboxError(() => queue.#queue.waitUntilReady())
      await outboxError(() => queue.#sizes.tidy())
      return queue
    } catch (error) {
      client.disconnect()
      throw error
    }
  }

  /** @throws OutboxError `EOUTBOXFULL` */
  async makeRoom(id: string, bytes: number, maxMessages: number, maxBytes: number): Promise<void> {
    await this.#sizes.count(id, bytes, maxMessages, maxBytes)
  }

  /** So large is the body of a message that is there. */
  async resize(id: string, bytes: number): Promise<void> {
    await this.#sizes.change(id, bytes)
  }

  /** A message is no more. */
  async gone(id: string): Promise<void> {
    await this.#sizes.forget(id)
  }

  /** Whether there is a message of this id, and in which list. */
  async find(id: string): Promise<'waiting' | 'dead' | null> {
    const job = await this.#job(id)
    if (job === undefined) return null
    return (await job.isFailed()) ? 'dead' : 'waiting'
  }

  async add(id: string, data: StoredMail): Promise<void> {
    await this.#queue.add('mail', data, { jobId: id, removeOnComplete: true })
  }

  /** What this call of `put` stored ends. */
  async ends(put: string): Promise<void> {
    await this.#client.set(this.#overKey(put), '1', 'EX', overSeconds)
  }

  /** Whether what this call of `put` stored has ended. */
  async hasEnded(put: string): Promise<boolean> {
    return (await this.#client.exists(this.#overKey(put))) > 0
  }

  #overKey(put: string): string {
    const { name, prefix } = this.#settings
    return `${prefix}:${name}:outbox-over:${put}`
  }

  /** Removes a message of which it is not known whether it was stored, as soon as Redis is there. */
  takeBack(id: string): void {
    const again = (): void => {
      if (this.#closed) return
      this.#queue.remove(id).then(
        () => this.gone(id).catch(ignore),
        () => setTimeout(again, takeBackMs).unref(),
      )
    }
    again()
  }

  /** Takes jobs that are due, each with a lease of its own. */
  async take(limit: number): Promise<{ job: Job<StoredMail>; lease: string }[]> {
    const worker = await this.#startWorker()
    const taken: { job: Job<StoredMail>; lease: string }[] = []
    while (taken.length < limit) {
      const asked = Math.min(takeAtOnce, limit - taken.length)
      const found = await Promise.all(
        Array.from({ length: asked }, async () => {
          const lease = randomUUID()
          const job = await worker.getNextJob(lease, { block: false })
          return job ? [{ job, lease }] : []
        }),
      )
      taken.push(...found.flat())
      if (found.some(({ length }) => length === 0)) break
    }
    return taken
  }

  page(list: 'wait' | 'delayed' | 'active' | 'failed', from: number, to: number): Promise<Job<StoredMail>[]> {
    return this.#queue.getJobs([list], from, to, true) as Promise<Job<StoredMail>[]>
  }

  async size(): Promise<OutboxSize> {
    const counts = await this.#queue.getJobCounts('wait', 'delayed', 'active', 'failed')
    const { wait = 0, delayed = 0, active = 0, failed = 0 } = counts
    return { waiting: wait + delayed + active, dead: failed, bytes: await this.#sizes.bytes() }
  }

  /** False if somebody has it, or it is not there. */
  async remove(id: string): Promise<boolean> {
    const job = await this.#job(id)
    if (job === undefined) return false
    try {
      await job.remove()
    } catch (error) {
      if (await job.isActive()) return false
      throw error
    }
    await this.gone(id)
    return true
  }

  async promoteAll(): Promise<number> {
    const count = await this.#queue.getDelayedCount()
    await this.#queue.promoteJobs()
    return count
  }

  async promote(id: string): Promise<number> {
    const job = await this.#job(id)
    if (job === undefined) return 0
    const state = await job.getState()
    if (state === 'delayed') await job.promote()
    else if (state === 'failed' && job.data.body !== null) await job.retry('failed')
    else if (state !== 'waiting') return 0
    return 1
  }

  async close(): Promise<void> {
    this.#closed = true
    const worker = await this.#worker?.catch(() => null)
    await worker?.close().catch(ignore)
    await this.#queue.close().catch(ignore)
    this.#workerClient?.disconnect()
    this.#client.disconnect()
  }

  async #job(id: string): Promise<Job<StoredMail> | undefined> {
    return this.#bullmq.Job.fromId<StoredMail>(this.#queue, id)
  }

  /** Only who sends needs it: it also frees what a worker that died has left. */
  async #startWorker(): Promise<Worker<StoredMail>> {
    const starting = (this.#worker ??= this.#makeWorker())
    try {
      return await starting
    } catch (error) {
      // The next one tries again.
      if (this.#worker === starting) this.#worker = null
      throw error
    }
  }

  async #makeWorker(): Promise<Worker<StoredMail>> {
    const { connection, name, prefix, leaseMs } = this.#settings
    const client = await connect(connection)
    client.on('error', ignore)
    this.#workerClient = client
    await client.connect()
    const worker = new this.#bullmq.Worker<StoredMail>(name, null, {
      connection: client,
      prefix,
      autorun: false,
      lockDuration: leaseMs,
      stalledInterval: leaseMs / 2,
      // However often a process dies while it has a message, the message stays.
      maxStalledCount: 1_000_000_000,
    })
    worker.on('error', ignore)
    try {
      // As with the queue.
      await worker.waitUntilReady()
      await worker.startStalledCheckTimer()
      return worker
    } catch (error) {
      client.disconnect()
      worker.close(true).catch(ignore)
      throw error
    }
  }
}

/** Each call has an error of its own; what a connection says besides would end the process. */
function ignore(): void {}
