/** What the process ends with. */
export const exitCodes = {
  fine: 0,
  /** Something could not be read or written; it has been said what. */
  trouble: 1,
  /** The command line is wrong. */
  usage: 2,
} as const
