import type { Confidence, Disposition, Fault, Phase, Scope } from './vocabulary.ts'

/** Details read out of the text of a reply. Every string is remote text: escape it where it is shown. */
export interface Evidence {
  /** The exact words that matched, at most 200 characters. Absent if no rule's words did. */
  matched?: string
  /** The sending IP address that the reply complains of. */
  ip?: string
  /** Where the block can be looked up or lifted (Proofpoint, Spamhaus), as the reply gave it. */
  url?: string
  /** The domain that the reply names: the From domain of a DMARC refusal, the envelope domain, the HELO name. */
  domain?: string
  /** The list of a Spamhaus refusal. */
  list?: 'SBL' | 'XBL' | 'PBL' | 'DBL'
  /**
   * The address that the reply puts in angle brackets or after a colon; of several the one before the words that
   * matched. May be the sender's, or that of another recipient: compare it before you act.
   */
  address?: string
  /** Apple's `Txn ID`, to be quoted to their postmaster. */
  transactionId?: string
  /** The answering host, as the wrapper around the reply names it. */
  host?: string
}

/** What is known about a reply besides its text. Everything is optional. */
export interface ReplyContext {
  /** The recipient (RCPT TO) that the reply answers. */
  recipient?: string | null | undefined
  /**
   * The bare name of the host that answered, without a port. A known host that is not Apple's means that the reply is
   * not Apple's.
   * Leave it out if only an IP address is known: an address is no evidence of being Apple's.
   */
  mx?: string | null | undefined
  /** The envelope sender (MAIL FROM). A reply about this address is never a verdict on the recipient. */
  sender?: string | null | undefined
  /** Where in the session it came. Before RCPT TO nothing can be a verdict on a recipient. */
  phase?: Phase | null | undefined
}

/** What a reply means. */
export interface Verdict {
  /** The id of the rule. `null` if the answering host or the recipient's domain is known and not Apple's. */
  readonly rule: string | null
  /** `apple` if the reply is Apple's, else `null`. Act on a verdict only if it is `apple`. */
  readonly provider: 'apple' | null
  readonly fault: Fault
  readonly scope: Scope
  readonly disposition: Disposition
  readonly confidence: Confidence
  /** The basic reply code, such as 554. `null` if the text has none. */
  readonly code: number | null
  /** The enhanced status code (RFC 3463), such as `5.7.1`. */
  readonly enhanced: string | null
  /** Apple's bracketed tag in upper case without the brackets, such as `HM08`. */
  readonly tag: string | null
  /** Read out of the text when first asked for. */
  readonly evidence: Evidence
  /** The reply on one line, without wrapper, at most 8 KiB. Remote text. */
  readonly text: string
  /** A plain object of all fields but `text`, for `JSON.stringify`. */
  toJSON(): VerdictJson
}

/** {@link Verdict} as plain data. */
export interface VerdictJson {
  rule: string | null
  provider: 'apple' | null
  fault: Fault
  scope: Scope
  disposition: Disposition
  confidence: Confidence
  code: number | null
  enhanced: string | null
  tag: string | null
  evidence: Evidence
}
