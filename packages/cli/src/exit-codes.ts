/** What the process ends with. */
export const exitCodes = {
  fine: 0,
  /** Something could not be read, written or done; it has been said what. */
  trouble: 1,
  /** The command line or the configuration is wrong. */
  usage: 2,
  /** All was looked at, and something has to be mended: `doctor`, `lint`, `listings`, `dmarc`, `placement`. */
  findings: 3,
  /** A message on standard input could not be remembered: the mail server tries again (EX_TEMPFAIL of sysexits.h). */
  later: 75,
} as const
