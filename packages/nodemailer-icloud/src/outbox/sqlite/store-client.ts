import { Worker } from 'node:worker_threads'
import { OutboxError } from '../outbox-error.ts'
import type { StoreAnswers, StoreReply, StoreRequest } from './request.ts'

interface Asked {
  request: StoreRequest
  resolve: (answer: unknown) => void
  reject: (error: unknown) => void
}

/** Requests in one transaction. */
const largestBatch = 256

/**
 * The host's side of the thread. Group commit: what is asked while the thread waits for the disk goes into the next
 * transaction together. The thread keeps the process alive only while there is something to be answered.
 */
export class StoreClient {
  readonly #thread: Worker
  readonly #file: string
  #waiting: Asked[] = []
  #running: Asked[] | null = null
  #gone: OutboxError | null = null
  readonly #exit: Promise<void>
  #opened: ((reply: StoreReply) => void) | null = null

  private constructor(file: string) {
    this.#file = file
    // As source in this package's tests, built everywhere else.
    const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js'
    // Without the flags of the process: they are for the host's code.
    this.#thread = new Worker(new URL(`store-thread${extension}`, import.meta.url), {
      workerData: file,
      execArgv: [],
    })
    this.#thread.on('message', (replies: readonly StoreReply[]) => this.#take(replies))
    this.#thread.on('error', (error) => this.#end(`the thread of the outbox failed: ${String(error)}`))
    this.#exit = new Promise((resolve) => {
      this.#thread.on('exit', () => {
        this.#end('the thread of the outbox ended')
        resolve()
      })
    })
  }

  /** @throws OutboxError if the file cannot be used */
  static async open(file: string): Promise<StoreClient> {
    const client = new StoreClient(file)
    const reply = await new Promise<StoreReply>((resolve) => {
      client.#opened = resolve
    })
    if ('code' in reply) throw new OutboxError(reply.code, reply.message)
    client.#thread.unref()
    return client
  }

  /** False if the thread is gone, and a new one has to be opened. */
  get isUsable(): boolean {
    return this.#gone === null
  }

  /** @param own memory that the thread gets instead of a copy */
  ask<R extends StoreRequest>(request: R): Promise<StoreAnswers[R['op']]> {
    if (this.#gone) return Promise.reject(this.#gone)
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request, resolve: resolve as (answer: unknown) => void, reject })
      if (this.#running === null && this.#waiting.length === 1) setImmediate(() => this.#send())
    })
  }

  async close(): Promise<void> {
    while (this.#waiting.length > 0 || this.#running !== null) await new Promise(setImmediate)
    if (this.#gone === null) {
      this.#gone = new OutboxError('EOUTBOXCLOSED', `${this.#file} was closed`)
      this.#thread.ref()
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      this.#thread.postMessage('close')
    }
    await this.#exit
  }

  #send(): void {
    if (this.#running !== null || this.#waiting.length === 0) return
    this.#running = this.#waiting.splice(0, largestBatch)
    this.#thread.ref()
    const requests = this.#running.map(({ request }) => request)
    const bodies = requests.flatMap((request) =>
      request.op === 'put' ? [request.body.buffer as ArrayBuffer] : [],
    )
    this.#thread.postMessage(requests, bodies)
  }

  #take(replies: readonly StoreReply[]): void {
    if (this.#opened) {
      const [reply = { ok: null }] = replies
      this.#opened(reply)
      this.#opened = null
      return
    }
    const asked = this.#running ?? []
    this.#running = null
    for (const [index, { resolve, reject }] of asked.entries()) {
      const reply = replies[index] ?? { code: 'EOUTBOXIO' as const, message: `${this.#file}: no answer` }
      if ('ok' in reply) resolve(reply.ok)
      else reject(new OutboxError(reply.code, reply.message))
    }
    if (this.#waiting.length === 0) this.#thread.unref()
    // What these answers lead to goes along.
    else setImmediate(() => this.#send())
  }

  #end(why: string): void {
    this.#gone ??= new OutboxError('EOUTBOXIO', `${this.#file}: ${why}`)
    this.#opened?.({ code: this.#gone.code, message: this.#gone.message })
    this.#opened = null
    const asked = [...(this.#running ?? []), ...this.#waiting]
    this.#running = null
    this.#waiting = []
    for (const { reject } of asked) reject(this.#gone)
  }
}
