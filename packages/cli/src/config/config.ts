/** What `icloud-delivery.config.*` may hold. */
export interface Config {
  /** A path, `file:` and a path, or `redis://host:port/db`. A relative path starts at the file's directory. */
  ledger?: string
  /** As `createEngine` of all the others that use this ledger. */
  sameMailbox?: boolean
  /** As `createEngine` of all the others that use this ledger: the key in use first. */
  addressKeys?: { id: string; secret: string }[]
  /** A directory for outcomes that wait for the ledger. Default: for a file the one beside it, for Redis none. */
  buffer?: string
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
  /** Where signed return paths stand, and who signs them: as in your Haraka plugin or Nodemailer wrapper. */
  returnPath?: { domain: string; prefix?: string; keys: { id: string; secret: string }[] }
  /** Relays of yours, whose bounces count for all that they say, and for their lane. */
  relays?: { hosts: string[]; addresses?: string[]; lane?: string }[]
  /** The hosts that take bounces in. */
  receivers?: { hosts: string[]; addresses?: string[] }
  /** Fields in which your mail server writes the address that it delivers to. */
  addressFields?: string[]
  /** The mailbox of `ingest --imap`. */
  imap?: {
    host: string
    port?: number
    secure?: boolean
    insecure?: boolean
    user: string
    pass?: string
    accessToken?: string
    folder?: string
    moveTo?: string
    state?: string
    /** A file with certificates to trust, in PEM. */
    ca?: string
  }
  /** ESPs whose webhooks `serve` takes; keys and secrets may be lists of two while you change them. */
  webhooks?: {
    ses?: { topicArns: string[] }
    sendgrid?: { publicKey: string | string[]; windowSeconds?: number }
    mailgun?: { signingKey: string | string[] }
    postmark?: { secret: string | string[] }
    sparkpost?: { secret: string | string[] }
  }
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
