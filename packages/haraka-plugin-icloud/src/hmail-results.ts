import { realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { HMail, Plugin, Results } from './haraka.ts'

type ResultStore = new (connection: object) => Results

let found: ResultStore | null | undefined

/** A message may be tried for days: only the results of its latest attempt are kept. */
export function forgetResults(hmail: HMail): void {
  // To delete it would make the whole object one of those that take several times the memory.
  if (hmail.results) hmail.results = undefined
}

/**
 * The results of a queued message, for the hooks of other plugins. Haraka keeps such for connections and transactions
 * only, and the connection is gone by now; so they are of the same class, and start empty after a restart.
 *
 * @returns `null` if Haraka's class cannot be had
 */
export function resultsOf(plugin: Plugin, hmail: HMail): Results | null {
  if (hmail.results) return hmail.results
  const Store = (found ??= storeOfHaraka())
  if (Store === null) return null
  const log = {
    logerror: (_: unknown, message: string) => plugin.logerror(message),
    loginfo() {},
    logdebug() {},
  }
  hmail.results = new Store({ uuid: hmail.todo?.uuid, ...log })
  return hmail.results
}

/** The one that Haraka itself uses, which reads the same `results.ini`. */
function storeOfHaraka(): ResultStore | null {
  try {
    return createRequire(realpathSync(process.argv[1] ?? ''))('haraka-results') as ResultStore
  } catch {
    return null
  }
}
