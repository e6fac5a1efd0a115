import { Worker } from 'node:worker_threads'
import { afterTime } from './after-time.ts'
import { readFindings, type PreflightFinding } from './findings.ts'

/** What a module knows of a message besides its bytes. */
export interface PreflightEnvelope {
  /** MAIL FROM as the client gave it. */
  from: string
  /** The recipients at Apple. */
  to: readonly string[]
  stream: string
  campaign: string | null
  /** Who handed it in: the user that logged in, or the client's IP address. */
  submitter: string | null
  /** The IP address that it will be sent from, if `[lane_ips]` names one. */
  ip: string | null
}

/** What the module that `[preflight] module` names exports as `preflight`. */
export type Preflight = (
  mime: Uint8Array,
  envelope: PreflightEnvelope,
) => readonly PreflightFinding[] | Promise<readonly PreflightFinding[]>

export interface ThreadData {
  module: string
  /** Where relative paths and packages start. */
  home: string
}
export type ToThread = { id: number; mime: Uint8Array; envelope: PreflightEnvelope } | { ping: true }
export type FromThread =
  | { ready: true }
  | { failed: string }
  | { pong: true }
  | { id: number; findings: unknown }
  | { id: number; error: string }

/** Hears of what an operator should look at. */
export interface Told {
  /** The same in all processes. */
  notLoaded: (problem: string) => void
  ended: (problem: string) => void
}

/** What comes of a look: findings, or why there are none. */
export type Looked = { findings: readonly PreflightFinding[] } | { passed: string }

/** A module may take so long to load, in ms. */
const LOADING = 10_000
/** A thread that says nothing for so long hangs, in ms. */
const SILENCE = 1000
/** So many messages are looked at together; each has its bytes in memory. */
const AT_ONCE = 50
/** After a thread has failed the next one starts no sooner, in ms. */
const PAUSE = 1000
/** A thread that takes more memory ends, and only it. */
const MEGABYTES = 512

/** Looks at messages in a thread. What cannot be looked at in time passes. */
export class PreflightThread {
  readonly #data: ThreadData
  readonly #told: Told
  #worker: Worker | null = null
  #ready: Promise<Worker> | null = null
  #isLoaded = false
  #failedAt = -Infinity
  #serial = 0
  readonly #waiting = new Map<number, (looked: Looked) => void>()

  constructor(data: ThreadData, told: Told) {
    this.#data = data
    this.#told = told
  }

  /** Loads the module, so that what is wrong with it is told before there is mail. */
  async load(): Promise<void> {
    await this.#thread()
  }

  /** Never rejects, and takes no longer than `timeOutMs`. */
  async look(mime: Uint8Array, envelope: PreflightEnvelope, timeOutMs: number): Promise<Looked> {
    if (this.#waiting.size >= AT_ONCE) return { passed: `${AT_ONCE} messages are being looked at` }
    const id = ++this.#serial
    // Loading may take longer than it is waited for: what was given up by then is not looked at, and takes no room.
    let left: { id: number; mime: Uint8Array; envelope: PreflightEnvelope } | null = { id, mime, envelope }
    return new Promise((resolve) => {
      const cancel = afterTime(timeOutMs, () => {
        end({ passed: `no answer within ${timeOutMs} ms` })
        this.#ping()
      })
      const end = (looked: Looked): void => {
        cancel()
        left = null
        this.#waiting.delete(id)
        resolve(looked)
      }
      this.#waiting.set(id, end)
      this.#thread().then(
        (worker) => {
          if (left !== null) send(worker, left)
        },
        (error: unknown) => end({ passed: error instanceof Error ? error.message : String(error) }),
      )
    })
  }

  stop(): void {
    const worker = this.#worker
    this.#worker = null
    this.#ready = null
    void worker?.terminate()
    // Each takes itself out.
    for (const end of this.#waiting.values()) end({ passed: 'the thread has ended' })
  }

  #thread(): Promise<Worker> {
    if (this.#ready) return this.#ready
    if (performance.now() - this.#failedAt < PAUSE)
      return Promise.reject(new Error('the module cannot be used for now'))
    const worker = new Worker(new URL('./preflight-thread.js', import.meta.url), {
      workerData: this.#data,
      resourceLimits: { maxOldGenerationSizeMb: MEGABYTES },
    })
    // Alone it keeps no process alive.
    worker.unref()
    this.#worker = worker
    this.#isLoaded = false
    this.#ready = new Promise((resolve, reject) => {
      const fail = (why: string): void => {
        cancel()
        reject(new Error(why))
        this.#failed(worker, why)
      }
      const cancel = afterTime(LOADING, () => fail(`it was not loaded within ${LOADING} ms`))
      worker.on('message', (message: FromThread) => {
        if ('ready' in message) {
          cancel()
          // Another may have taken its place.
          if (worker === this.#worker) this.#isLoaded = true
          resolve(worker)
        } else if ('failed' in message) fail(message.failed)
        else this.#hear(message)
      })
      worker.once('error', (error) => fail(error.message))
      worker.once('exit', (code) => fail(`its thread ended with code ${code}`))
    })
    return this.#ready
  }

  #hear(message: FromThread): void {
    if (!('id' in message)) return
    const end = this.#waiting.get(message.id)
    if (!end) return
    if ('error' in message) return end({ passed: message.error })
    const findings = readFindings(message.findings)
    end(findings === null ? { passed: 'it gave no list of findings with code and severity' } : { findings })
  }

  #failed(worker: Worker, why: string): void {
    if (worker !== this.#worker) return
    this.#failedAt = performance.now()
    if (this.#isLoaded) this.#told.ended(why)
    else this.#told.notLoaded(why)
    this.stop()
  }

  /** One question may just take long; a thread that does not even answer this hangs. While it loads it answers nothing. */
  #ping(): void {
    const worker = this.#worker
    if (!worker || !this.#isLoaded) return
    const cancel = afterTime(SILENCE, () => {
      worker.off('message', cancel)
      this.#failed(worker, 'its thread does not answer any more, and is ended')
    })
    worker.once('message', cancel)
    send(worker, { ping: true })
  }
}

function send(worker: Worker, message: ToThread): void {
  // A thread has no origin.
  worker.postMessage(message, [])
}
