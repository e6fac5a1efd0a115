import { Child } from '../child.ts'
import type { SinkQuestion } from './sink-process.ts'

/** An SMTP server in a process of its own that takes everything and forgets it, with no-delay set. */
export class Sink {
  readonly port: number
  readonly #child: Child<SinkQuestion, number>

  private constructor(child: Child<SinkQuestion, number>, port: number) {
    this.#child = child
    this.port = port
  }

  static async start(): Promise<Sink> {
    const child = Child.start<SinkQuestion, number>(new URL('sink-process.js', import.meta.url))
    return new Sink(child, await child.ask({ ask: 'port' }))
  }

  /**
   * Waits until so many messages were taken, and counts anew from there on.
   *
   * @throws Error if they do not come within three minutes, or if there are more
   */
  async count(messages: number): Promise<void> {
    const taken = await this.#child.ask({ ask: 'count', messages })
    if (taken !== messages) throw new Error(`the sink took ${taken} messages; ${messages} were expected`)
  }

  /** How many connections were open at most, since this was asked last. */
  peak(): Promise<number> {
    return this.#child.ask({ ask: 'peak' })
  }

  stop(): Promise<void> {
    return this.#child.stop()
  }
}
