/** What a process with a ledger is to do; its command line. */
export interface LedgerTask {
  /** `map`: no ledger, just a `Map` of what happened last, as an application would keep it by itself. */
  ledger: 'map' | 'memory' | 'sqlite'
  /** How many outcomes are on their way at the same time. */
  callers: number
}

/** One run. */
export interface LedgerRun {
  pairs: number
}

/** How many addresses the ledger knows before the first run. */
export const knownAddresses = 10_000
