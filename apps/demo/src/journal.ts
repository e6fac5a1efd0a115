import { DemoError } from './demo-error.ts'
import type { Happening } from './happening.ts'

/** Everything that happened, in order; tells listeners at once, and lets others wait for something to happen. */
export class Journal {
  readonly all: Happening[] = []
  readonly #listeners = new Set<(happening: Happening) => void>()
  readonly #failures = new Set<(error: Error) => void>()
  /** Rejects when nothing more will come. */
  readonly failed: Promise<never>
  #failure: Error | null = null

  constructor() {
    this.failed = new Promise((_, reject) => this.#failures.add(reject))
    // Not everybody waits for it.
    this.failed.catch(() => undefined)
  }

  add(happening: Happening): void {
    this.all.push(happening)
    for (const listener of this.#listeners) listener(happening)
  }

  onHappening(listener: (happening: Happening) => void): void {
    this.#listeners.add(listener)
  }

  /** Nothing more will come: whoever waits is told why. */
  fail(error: Error): void {
    this.#failure ??= error
    for (const reject of this.#failures) reject(this.#failure)
  }

  /**
   * Resolves as soon as `missing` gives nothing any more.
   *
   * @param missing what has not happened yet, in words
   * @param limitMs in ms
   * @param log what Haraka logs, for the error
   * @throws DemoError `EDEMODEADLINE`, naming what is missing, `EDEMOINTERRUPTED`, and what {@link fail} was called with
   */
  async until(
    missing: () => readonly string[],
    { limitMs, signal, log }: { limitMs: number; signal: AbortSignal; log: readonly string[] },
  ): Promise<void> {
    if (this.#failure) throw this.#failure
    if (signal.aborted) throw interrupted()
    if (missing().length === 0) return
    let end = (): void => undefined
    try {
      await new Promise<void>((resolve, reject) => {
        const look = (): void => {
          if (missing().length === 0) resolve()
        }
        const timer = setTimeout(() => {
          const what = missing().join('\n  ')
          reject(
            new DemoError(
              'EDEMODEADLINE',
              `After ${limitMs / 1000} s this has not happened:\n  ${what}`,
              log,
            ),
          )
        }, limitMs)
        const interrupt = (): void => reject(interrupted())
        this.#listeners.add(look)
        this.#failures.add(reject)
        signal.addEventListener('abort', interrupt)
        end = () => {
          clearTimeout(timer)
          this.#listeners.delete(look)
          this.#failures.delete(reject)
          signal.removeEventListener('abort', interrupt)
        }
      })
    } finally {
      end()
    }
  }
}

function interrupted(): DemoError {
  return new DemoError('EDEMOINTERRUPTED', 'Interrupted.')
}
