import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'

/** What a child sends back. */
export type Answer<A> = { answer: A } | { error: string }

/** A process that answers one question after the other, so that what is measured has a process of its own. */
export class Child<Q, A> {
  readonly #process: ChildProcess
  readonly #name: string

  private constructor(child: ChildProcess, name: string) {
    this.#process = child
    this.#name = name
  }

  /**
   * @param module - a module that calls `serve`
   * @param args - its command line
   * @param flags - for Node itself
   */
  static start<Q, A>(module: URL, args: readonly string[] = [], flags: readonly string[] = []): Child<Q, A> {
    const child = fork(module, args, {
      execArgv: [...flags],
      serialization: 'advanced',
      // Standard output belongs to the rows.
      stdio: ['ignore', process.stderr, process.stderr, 'ipc'],
    })
    return new Child(child, module.pathname.split('/').slice(-2).join('/'))
  }

  /**
   * Asks and waits for the answer.
   *
   * @throws Error if the child fails, ends, or does not answer within `timeoutMs`
   */
  async ask(question: Q, timeoutMs = 180_000): Promise<A> {
    const child = this.#process
    if (!child.connected) throw new Error(`${this.#name} has ended`)
    const waiting = new AbortController()
    const signal = AbortSignal.any([waiting.signal, AbortSignal.timeout(timeoutMs)])
    try {
      child.send(question as object)
      const [event] = (await Promise.race([
        once(child, 'message', { signal }),
        once(child, 'exit', { signal }).then(([code]) => [{ error: `it ended with code ${String(code)}` }]),
      ])) as [Answer<A>]
      if ('error' in event) throw new Error(event.error)
      return event.answer
    } catch (error) {
      const late = (error as Error).name === 'AbortError' ? `no answer within ${timeoutMs / 1000} s` : null
      throw new Error(`${this.#name}: ${late ?? (error as Error).message}`, { cause: error })
    } finally {
      waiting.abort()
    }
  }

  /** Ends the process. */
  async stop(): Promise<void> {
    const child = this.#process
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.disconnect()
    await gone
  }
}
