/** What a classifying process is to do; its command line. */
export interface ClassifyTask {
  classifier: 'ours' | 'naive'
  /** The context that comes with each reply. */
  known: 'host' | 'recipient' | 'nothing'
  replies: 'mixed' | 'apple'
  table: 'real' | 'doubled'
}

/** One run. */
export interface ClassifyRun {
  /** How many replies, in steps of {@link batch}. */
  replies: number
}

/** How many texts are made before they are classified. */
export const batch = 100_000
