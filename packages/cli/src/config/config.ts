/** What `icloud-delivery.config.*` may hold. */
export interface Config {
  /** A path, `file:` and a path, or `redis://host:port/db`. A relative path starts at the file's directory. */
  ledger?: string
  /** As `createEngine` of all the others that use this ledger. */
  sameMailbox?: boolean
  /** As `createEngine` of all the others that use this ledger: the key in use first. */
  addressKeys?: { id: string; secret: string }[]
  /** Changes to the default policy, or the path of a JSON file with them, such as Haraka's `icloud_policy.json`. */
  policy?: string | Record<string, unknown>
  /** How you send, for `doctor`, `lint` and `listings`. */
  sending?: {
    domain?: string
    ips?: string[]
    /** Of DKIM. */
    selectors?: string[]
    /** The name that your server says in HELO. */
    helo?: string
    /** The envelope sender, or its domain. */
    returnPath?: string
    /** The server that mail leaves by, such as `smtp.example.com:587`. */
    tls?: string
  }
  /** A key of Spamhaus' Data Query Service. */
  spamhausKey?: string
  /** Where `placement test` hands mail in, such as `smtp://localhost:25`; may hold a password. */
  smtp?: string
  /** What `report` says of who writes. */
  report?: {
    company?: string
    domain?: string
    ips?: string[]
    contact?: string
    /** The address that a letter of the form `.eml` is from. */
    from?: string
  }
}
