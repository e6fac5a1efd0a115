/** What a bounce says about one recipient. All of it is remote text, and may be made up. */
export interface BounceRecipient {
  finalRecipient: string | null
  originalRecipient: string | null
  action: 'failed' | 'delayed' | 'delivered' | 'relayed' | 'expanded'
  /** Enhanced status code (RFC 3463). */
  status: string | null
  /** The diagnostic, with what stands around the reply. */
  reply: string
  /** Who said that; `null` if it was a remote host that is not named. */
  host: string | null
  /** When it was tried last, ms since the epoch. */
  at: number | null
}

/** What a bounce says, whoever wrote it in whatever form. */
export interface BounceReport {
  /** `dsn` is RFC 3464; the others are text for people. */
  format: 'dsn' | 'exim' | 'qmail' | 'gmail' | 'exchange'
  reportingMta: string | null
  /** Of the message that could not be delivered, as far as the report names it by itself. */
  messageIds: readonly string[]
  recipients: readonly BounceRecipient[]
}
