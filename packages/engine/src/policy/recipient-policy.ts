/** When soft bounces add up to a suppression. Only faults of the recipient ever do. */
export interface SuppressPolicy {
  /** Consecutive failures of distinct sends. 2 to 1,000. */
  failures: number
  /** Failures closer together than this many seconds count as one. */
  apartSeconds: number
  /** From the first to the last at least so many seconds. */
  overSeconds: number
}

/** When a reply that a mailbox does not exist is not believed at once. */
export interface QuarantinePolicy {
  /** If Apple took mail for the address within so many seconds before. Up to a year. Default 30 days. */
  acceptedWithinSeconds: number
  /** Then mail to it waits so many seconds, and only a second such reply after that suppresses it. Default 48 h. */
  quarantineSeconds: number
}

/** When sends to a recipient have failed for so long that some streams stop for a while. */
export interface PausePolicy {
  /** The streams that pause. Default `marketing`; all others go on. */
  streams: readonly string[]
  /** From the first to the last failed send at least so many seconds. Up to a year. Default 14 days. */
  afterSeconds: number
  /** Then one message is tried in so many seconds. Up to a year. Default 14 days. */
  everySeconds: number
}

/** When replies to many recipients slow the lane down. */
export interface SlowLanePolicy {
  /** Distinct recipients, 1 to 1,000. Default 5. */
  recipients: number
  /** They have to fall within so many seconds. Default 10 min. */
  windowSeconds: number
}
