import { statSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { Worker } from 'node:worker_threads'
import { fileIdentity } from './ledger-file.ts'

/** How the thread is started. */
export interface CheckpointThreadData {
  file: string
  identity: string
}

/** What the thread says after each checkpoint: `blocked` if the log has to go on growing. */
export type CheckpointAnswer = 'done' | 'blocked'

/** Rows after which the log is brought into the file. */
const everyRows = 4000
/** The longest time after which it is, ms. Until then a power cut may lose what was written. */
const everyMs = 1000
/** Rows after which the size of the log is looked at. */
const lookEveryRows = 50
/** From this size of the log on writers wait for the thread, whichever process filled it. */
const mostLogBytes = 48 << 20

/**
 * Has the write-ahead log brought into the file, by a thread: it waits for the disk, and the host's event loop must not.
 * The thread starts when there is enough to do, and keeps no process alive.
 */
export class Checkpoints {
  private readonly database: DatabaseSync
  private readonly data: CheckpointThreadData
  private thread: Worker | null = null
  private timer: NodeJS.Timeout | null = null
  /** Who waits for the work that the thread does at the moment; `null` if it does nothing. */
  private working: (() => void)[] | null = null
  private failed = false
  private closing = false
  private rows = 0
  private rowsSinceLook = 0
  private waitFrom = mostLogBytes

  /** @param database the connection that writes */
  constructor(database: DatabaseSync, file: string) {
    this.database = database
    this.data = { file, identity: fileIdentity(file) }
  }

  /**
   * To be called after each transaction with the rows it wrote. Whoever writes on has to wait for what it returns:
   * `null` as long as the log is small.
   */
  written(rows: number): Promise<void> | null {
    if (this.failed || this.closing) return null
    this.rows += rows
    this.rowsSinceLook += rows
    if (this.rows >= everyRows) this.begin()
    else if (this.working === null) this.timer ??= setTimeout(() => this.begin(), everyMs).unref()
    if (this.rowsSinceLook < lookEveryRows) return null
    this.rowsSinceLook = 0
    if (this.logBytes() < this.waitFrom) return null
    this.begin()
    return this.workDone()
  }

  /** Ends the thread. The connection does what is left when it is closed. */
  async close(): Promise<void> {
    this.closing = true
    this.stopTimer()
    const { thread } = this
    if (thread === null) return
    const gone = new Promise<void>((resolve) => thread.once('exit', () => resolve()))
    thread.ref()
    this.send(thread, 'close')
    await gone
  }

  private begin(): void {
    if (this.working) return
    this.stopTimer()
    this.rows = 0
    this.working = []
    try {
      this.thread ??= this.start()
      this.send(this.thread, 'checkpoint')
    } catch {
      this.fail()
    }
  }

  private workDone(): Promise<void> | null {
    const { thread, working } = this
    if (thread === null || working === null) return null
    thread.ref()
    return new Promise((resolve) => working.push(resolve))
  }

  private start(): Worker {
    // As source in this package's tests, built everywhere else.
    const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js'
    // Without the flags of the process: they are for the host's code, such as an agent that watches it.
    const thread = new Worker(new URL(`checkpoint-thread${extension}`, import.meta.url), {
      workerData: this.data,
      execArgv: [],
    })
    thread.on('message', (answer: CheckpointAnswer) => {
      // While somebody reads for long, such as a backup, the log grows, or everybody would have to wait for that.
      this.waitFrom = answer === 'done' ? mostLogBytes : this.logBytes() + mostLogBytes / 2
      this.done()
      if (this.rows > 0) void this.written(0)
    })
    thread.on('error', () => this.fail())
    thread.on('exit', () => this.fail())
    // After the listeners: one for messages holds the process again.
    thread.unref()
    return thread
  }

  private send(thread: Worker, request: 'checkpoint' | 'close'): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    thread.postMessage(request)
  }

  private done(): void {
    const working = this.working ?? []
    this.working = null
    if (!this.closing) this.thread?.unref()
    for (const resolve of working) resolve()
  }

  /** Without the thread, as in a bundle that lacks its file, SQLite does it itself now and then within a write. */
  private fail(): void {
    this.thread = null
    this.failed = true
    if (this.database.isOpen) this.database.exec('PRAGMA wal_autocheckpoint = 1000')
    this.done()
  }

  private logBytes(): number {
    return statSync(`${this.data.file}-wal`, { throwIfNoEntry: false })?.size ?? 0
  }

  private stopTimer(): void {
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
  }
}
