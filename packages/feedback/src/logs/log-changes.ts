import { watch, type FSWatcher } from 'node:fs'
import path from 'node:path'

/** Waits for a file to change, or for some time to pass: not every file system tells of changes. */
export class LogChanges {
  #watcher: FSWatcher | null = null
  #wake: () => void = () => {}
  #isChanged = false
  readonly #pauseMs: number

  /** @param pauseMs how long it waits at most */
  constructor(log: string, pauseMs: number) {
    this.#pauseMs = pauseMs
    const name = path.basename(log)
    try {
      this.#watcher = watch(path.dirname(log), (_, changed) => {
        if (changed !== null && !changed.startsWith(name)) return
        this.#isChanged = true
        this.#wake()
      })
      this.#watcher.on('error', () => this.close())
    } catch {
      // Then by time alone.
    }
  }

  /** True if something changed; false if time passed or the signal came. */
  async next(signal: AbortSignal | undefined): Promise<boolean> {
    if (!this.#isChanged && !signal?.aborted) {
      const wake = (): void => this.#wake()
      signal?.addEventListener('abort', wake, { once: true })
      const timer = setTimeout(wake, this.#pauseMs)
      await new Promise<void>((resolve) => (this.#wake = resolve))
      clearTimeout(timer)
      signal?.removeEventListener('abort', wake)
      this.#wake = () => {}
    }
    const changed = this.#isChanged
    this.#isChanged = false
    return changed
  }

  close(): void {
    this.#watcher?.close()
    this.#watcher = null
  }
}
