import type { Next, Plugin } from './haraka.ts'

/**
 * Runs an asynchronous hook. Haraka would not catch a rejection: its process would end. So an error is logged, and
 * Haraka goes on as if the plugin were not there.
 */
export function guarded(plugin: Plugin, hook: string, next: Next, work: (next: Next) => Promise<void>): void {
  let answered = false
  const once: Next = (...answer) => {
    if (answered) return
    answered = true
    next(...answer)
  }
  const fail = (error: unknown): void => {
    plugin.logerror(`${hook}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    once()
  }
  work(once).catch(fail)
}
