import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

const keptLines = 200
const stopLimitMs = 3_000

/** A child process whose lines are read. */
export class Child {
  /** The last lines of both its outputs. */
  readonly lines: string[] = []
  readonly #process: ChildProcess
  readonly #lineListeners = new Set<(line: string) => void>()
  readonly #endListeners = new Set<(how: string) => void>()
  #ended = false

  constructor(child: ChildProcess) {
    this.#process = child
    for (const stream of [child.stdout, child.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', (line) => this.#line(line))
    }
    child.once('exit', (code, signal) =>
      this.#end(code === null ? `by ${String(signal)}` : `with code ${code}`),
    )
    child.once('error', (error) => this.#end(`before it began: ${error.message}`))
  }

  get pid(): number | undefined {
    return this.#process.pid
  }

  onLine(listener: (line: string) => void): () => void {
    this.#lineListeners.add(listener)
    return () => this.#lineListeners.delete(listener)
  }

  /** Called with how it ended, at once if it already has. */
  onEnd(listener: (how: string) => void): () => void {
    if (this.#ended) listener('a while ago')
    else this.#endListeners.add(listener)
    return () => this.#endListeners.delete(listener)
  }

  /** Ends it; if it does not go by itself within 3 s, by force. Nobody is told. */
  async stop(): Promise<void> {
    this.#endListeners.clear()
    if (this.#ended) return
    const gone = once(this.#process, 'exit')
    this.#process.kill('SIGTERM')
    const timer = setTimeout(() => this.kill(), stopLimitMs)
    await gone
    clearTimeout(timer)
  }

  /** Ends it at once. */
  kill(): void {
    this.#process.kill('SIGKILL')
  }

  #line(line: string): void {
    this.lines.push(line)
    if (this.lines.length > keptLines) this.lines.shift()
    for (const listener of this.#lineListeners) listener(line)
  }

  #end(how: string): void {
    this.#ended = true
    for (const listener of this.#endListeners) listener(how)
  }
}
