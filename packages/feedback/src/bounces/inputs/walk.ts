/** How far a source was read. */
export interface BounceProgress {
  /** Messages that were read. */
  done: number
  /** How many there are, if that is known. */
  total: number | null
  /** Bytes that were read, and how many there are. */
  bytes: number
  totalBytes: number | null
}

/** What every source takes. */
export interface WalkOptions {
  /** Called after each message. */
  progress?: (progress: BounceProgress) => void
  /** Stops it: the iteration throws the signal's reason. What was read by then is done. */
  signal?: AbortSignal
}
