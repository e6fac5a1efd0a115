/** Something that a person should look at. One per cause, not one per message. */
export interface Alert {
  /** What kind of thing it is, such as `ip-blocked`; stable. */
  kind: AlertKind
  /** ms since the epoch. */
  at: number
  /** What it is about: a lane, domain, stream, address; as in the event log. */
  subject: string
  /** One sentence: what is seen and what to do. Holds no remote text. */
  message: string
  /** The rule that led to it; `null` if no reply did. */
  rule: string | null
  /** The figures behind it, by name; the unit is in the name. */
  numbers: Readonly<Record<string, number>>
  /** Where to ask for the block to be lifted, if the reply names a page. Remote text: show it, do not open it unasked. */
  url: string | null
  /** The reply, at most 1,000 characters; remote text. `null` if no reply led to it. */
  reply: string | null
}

/** The kinds of {@link Alert}. They are stable. */
export type AlertKind =
  /** Apple refuses the IP. */
  | 'ip-blocked'
  /** The IP is on a list of addresses that must not send by themselves. */
  | 'ip-not-for-mail'
  /** A scope was closed. */
  | 'held'
  /** An address marked as important was suppressed. */
  | 'important-suppressed'
  /** A custom domain does not take mail for its own address any more. */
  | 'domain-denied'
  /** A private-relay sender is not registered with Apple. */
  | 'not-registered'
  /** Replies of one kind became many at once. */
  | 'rate-changed'
  /** A stream sends far more than it usually does. */
  | 'volume-changed'
  /** What Apple says now is Apple's own trouble. */
  | 'incident'
  /** A canary found too many bad replies. */
  | 'canary-stopped'
  /** Test mail to a seed is found elsewhere than before, such as in Junk. */
  | 'placement-changed'
  /** A file of buffered outcomes is damaged or cannot be read. */
  | 'buffer-damaged'
  /** The ledger could not be reached. */
  | 'ledger-out-of-reach'
