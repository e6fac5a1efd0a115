/** What a process with a ledger is to do; its command line. */
export interface LedgerTask {
  /** `map`: no ledger, just a `Map` of what happened last, as an application would keep it by itself. */
  ledger: 'map' | 'memory' | 'sqlite' | 'redis'
  /** How many outcomes are on their way at the same time. */
  callers: number
  /** How many addresses the ledger knows before the first run. */
  known: number
  /** An SQLite ledger that knows them already; without it the process makes them known to a ledger of its own. */
  file?: string
  /** The Redis that knows them already. */
  url?: string
  /** Makes its addresses differ from those of other processes on the same ledger. Default 0. */
  seed?: number
}

/** One run. */
export interface LedgerRun {
  pairs: number
}

/** What one run took. */
export interface LedgerFigures {
  /** Pairs of `admit` and `record` a second. */
  rate: number
  /** Event loop delay that 1 turn in 1,000 exceeds, ms. */
  loopDelay: number
  /** Memory of the process at the end, MB. */
  rss: number
}

/** What a process that looks up a thousand addresses is told on its command line. */
export interface RedisAdmitTask {
  url: string
  /** How many addresses the ledger knows. */
  addresses: number
}

/** One run; the answer is the ms of each call. */
export interface RedisAdmitRun {
  what: 'admit' | 'mget'
  calls: number
}

/** How many addresses small ledgers know. */
export const fewAddresses = 10_000
