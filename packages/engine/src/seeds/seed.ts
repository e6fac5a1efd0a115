/**
 * Where a test mail was found: in the inbox, in Junk, in another folder, or in none in time. `unknown`: the mailbox could not
 * be looked at, or the mail was not sent; that is neither good nor bad.
 */
export type Placement = 'inbox' | 'junk' | 'other' | 'missing' | 'unknown'

/** What became of one test mail to a seed. */
export interface PlacementResult {
  /** When it was sent, ms since the epoch. */
  at: number
  /** The kind of mail that it stood for. */
  stream: string
  placement: Placement
  /** The folder that it was found in; remote text. `null` if it was found in none. */
  folder: string | null
  /** Seconds from the send until it was seen; `null` if it was found in no folder. */
  seconds: number | null
  /** Why nothing is known; `null` otherwise. May hold remote text. */
  reason: string | null
}

/** A mailbox of your own that test mail is sent to. */
export interface Seed {
  address: string
  /** When its turn was taken last, ms since the epoch. */
  turnAt: number
  /** The last 200, the oldest first. */
  results: readonly PlacementResult[]
}

/** Whether a test mail may go to a seed now. `at`: since when it is gone, or when the next may go; ms since the epoch. */
export interface SeedTurn {
  type: 'go' | 'later'
  at: number
}

/** What {@link Engine.recordPlacement} made of a result. */
export interface PlacementChange {
  /** An alert was raised: this is another placement than the last one that is known for this stream. */
  changed: boolean
  /** That one; `null` if there is none. */
  before: Placement | null
}
