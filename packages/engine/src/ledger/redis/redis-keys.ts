/**
 * The names of what a ledger keeps in Redis. All of them have the same hash tag, so that a cluster keeps them on one node
 * and one script can use them together.
 */
export class RedisKeys {
  /** In front of the key of each entry, whose value is its version in {@link versionDigits} digits, then JSON. */
  readonly entries: string
  /** Which keys there are, in order: see `writeScript`. */
  readonly index: string
  /** The last version. */
  readonly version: string
  /** The event log: a list, the newest at the end. */
  readonly events: string
  /** How many events were ever written. */
  readonly eventCount: string
  /** In front of each group of counts: a hash that expires. */
  readonly counts: string
  /** The number of this layout. */
  readonly format: string

  constructor(prefix: string) {
    const tag = `{${prefix}}`
    // A slash for entries only: their keys are anything.
    this.entries = `${tag}/`
    this.index = `${tag}:index`
    this.version = `${tag}:version`
    this.events = `${tag}:events`
    this.eventCount = `${tag}:event-count`
    this.counts = `${tag}:counts/`
    this.format = `${tag}:format`
  }
}

/** Versions are tenths of a ms since the epoch, in as many digits until the year 2286. */
export const versionDigits = 14
