import { randomBytes } from 'node:crypto'
import { BufferDirectory } from './buffer-directory.ts'
import type { BufferOptions } from './buffer-options.ts'
import type { LineCipher } from './line-cipher.ts'
import { decodeLines, encodeLine } from './line.ts'
import { OwnerLock } from './owner-lock.ts'
import { Segment } from './segment.ts'
import { Waiting } from './waiting.ts'

/** Files are read whole. Bytes. */
const largestSegment = 8 * 1024 * 1024
/** Bytes that go to the disk at once. */
const largestWrite = 1024 * 1024
/** How often another name is tried if somebody took the lock of a new one in its first moment. */
const mostNames = 5

/** A file that is complete, to be drained. */
export interface SealedFile {
  name: string
  bytes: number
  owner: Owner
  /** Lines whose recipients are not counted as waiting any more. */
  released: number
}

/** Who wrote a file: this process, or one that is gone. */
export interface Owner {
  name: string
  lock: OwnerLock
  /** Files that are left. */
  files: number
}

interface Queued {
  line: Buffer
  settle: (error: unknown) => void
}

/**
 * Outcomes on the local disk, until the ledger takes them. Whoever adds while others wait for the disk shares the next
 * `fsync` with all that came meanwhile; one alone does not wait for anybody.
 */
export class OutcomeBuffer {
  readonly directory: BufferDirectory
  /** The recipients of what is buffered: what else comes for them goes behind it. */
  readonly waiting: Waiting = new Waiting()
  /** Files that can neither be read nor renamed. */
  readonly ignored: Set<string> = new Set()
  private readonly maxBytes: number
  private readonly cipher: LineCipher | null
  private bytes = 0
  private queue: Queued[] = []
  private running: Promise<void> | null = null
  /** What touches the file that is written happens one after the other. */
  private last: Promise<unknown> = Promise.resolve()
  private current: Segment | null = null
  private own: Owner | null = null
  private sealed: SealedFile[] = []
  private number = 0
  private closed = false

  constructor({ directory, maxBytes, cipher }: BufferOptions) {
    this.directory = new BufferDirectory(directory)
    this.maxBytes = maxBytes
    this.cipher = cipher
  }

  get isEmpty(): boolean {
    return this.sealed.length === 0 && this.current === null && this.running === null
  }

  /** Resolves when `value` is safe on the disk. Rejects if it is not. */
  add(address: string, value: unknown): Promise<void> {
    const line = encodeLine(this.cipher?.seal(value) ?? value)
    if (this.closed) return Promise.reject(new Error('the engine was closed'))
    if (this.bytes + line.length > this.maxBytes)
      return Promise.reject(new Error(`it is full (${this.maxBytes} bytes)`))
    this.bytes += line.length
    this.waiting.add(address)
    return new Promise((resolve, reject) => {
      const settle = (error: unknown): void => {
        if (error === null) return resolve()
        this.bytes -= line.length
        this.waiting.remove(address)
        reject(error)
      }
      this.queue.push({ line, settle })
      this.running ??= this.run()
    })
  }

  /** The bytes of a file, and what its lines hold; `undefined` for what cannot be read. */
  async read(name: string): Promise<{ bytes: number; values: unknown[] }> {
    const bytes = await this.directory.read(name)
    const { cipher } = this
    const lines = decodeLines(bytes)
    return { bytes: bytes.length, values: cipher ? lines.map((line) => cipher.open(line)) : lines }
  }

  /** The oldest complete file. If there is none but the one that is written, that one is completed. */
  async oldest(): Promise<SealedFile | null> {
    if (this.sealed.length === 0) await this.alone(() => this.seal())
    return this.sealed[0] ?? null
  }

  /** Takes over files of a process that is gone. They are older than what this one has written. */
  adopt(files: readonly SealedFile[]): void {
    for (const { bytes } of files) this.bytes += bytes
    this.sealed.unshift(...files)
  }

  /** Whether files of that owner are looked after here. */
  owns(name: string): boolean {
    return this.own?.name === name || this.sealed.some(({ owner }) => owner.name === name)
  }

  /** A file is drained, or set aside. */
  forget(file: SealedFile): void {
    this.sealed = this.sealed.filter((other) => other !== file)
    this.bytes -= file.bytes
    if (--file.owner.files === 0 && file.owner !== this.own) file.owner.lock.remove()
  }

  /** Leaves what there is to the next process. */
  async close(): Promise<void> {
    this.closed = true
    await this.running
    await this.alone(() => this.seal())
    for (const { owner } of this.sealed) owner.lock.release()
    if (this.own?.files === 0) this.own.lock.remove()
    this.own?.lock.release()
  }

  private async run(): Promise<void> {
    await new Promise(setImmediate)
    while (this.queue.length > 0) {
      const batch = this.nextBatch()
      let failed: unknown = null
      try {
        await this.alone(() => this.append(Buffer.concat(batch.map(({ line }) => line))))
      } catch (error) {
        failed = error
      }
      for (const { settle } of batch) settle(failed)
    }
    this.running = null
  }

  private nextBatch(): Queued[] {
    let bytes = 0
    let count = 0
    for (const { line } of this.queue) {
      bytes += line.length
      if (count > 0 && bytes > largestWrite) break
      count++
    }
    return this.queue.splice(0, count)
  }

  private async append(lines: Buffer): Promise<void> {
    const segment = (this.current ??= await this.create())
    try {
      await segment.append(lines)
    } catch (error) {
      await this.seal()
      throw error
    }
    if (segment.bytes >= largestSegment) await this.seal()
  }

  private async create(): Promise<Segment> {
    this.directory.prepare()
    this.own ??= this.claimName()
    const number = String(++this.number).padStart(8, '0')
    return Segment.create(`${this.own.name}-${number}.outcomes`, this.directory)
  }

  private claimName(): Owner {
    for (let tries = 0; tries < mostNames; tries++) {
      const name = `${process.pid}-${randomBytes(8).toString('hex')}`
      const lock = OwnerLock.take(this.directory.lockFile(name))
      if (lock !== null) return { name, lock, files: 0 }
    }
    throw new Error('no lock could be had for a new file')
  }

  private async seal(): Promise<void> {
    const { current, own } = this
    if (current === null || own === null) return
    this.current = null
    await current.end()
    if (current.bytes === 0) return
    own.files++
    this.sealed.push({ name: current.name, bytes: current.bytes, owner: own, released: 0 })
  }

  private alone<T>(task: () => Promise<T>): Promise<T> {
    const result = this.last.then(task)
    this.last = result.catch(() => {})
    return result
  }
}
