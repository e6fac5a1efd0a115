/** What the process ends with. */
export const exitCodes = {
  fine: 0,
  /** Something could not be read, written or done; it has been said what. */
  trouble: 1,
  /** The command line or the configuration is wrong. */
  usage: 2,
  /** All was looked at, and something has to be mended: `doctor`, `lint`, `listings`, `dmarc`, `placement`. */
  findings: 3,
} as const
