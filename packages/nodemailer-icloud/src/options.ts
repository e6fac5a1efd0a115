import type { Engine, Hop, Ledger, PolicyOptions } from '@icloud-delivery/engine'
import type { ResolveMx } from './mx-lookup.ts'
import type { InnerTransport, MailLike } from './nodemailer-shapes.ts'
import type { Timers } from './timers.ts'
import type { OnOutcome } from './outbox/worker/report.ts'
import type { Outbox } from './outbox/outbox.ts'
import type { PreflightCheck, PreflightOption } from './preflight.ts'
import type { ReturnPathOption } from './return-path.ts'
import type { OnUndelivered } from './undelivered.ts'
import type { TransporterLike } from './with-icloud.ts'

/** A name, or a function that tells it for a mail. */
export type NameOf = string | ((mail: MailLike) => string | undefined)

/** Options of `withIcloud` and `icloudTransport`. All are optional. */
export interface IcloudOptions {
  /**
   * Where to remember suppressions and the like: a ledger, or a string such as `file:./icloud.db`.
   *
   * Default `memory:`, which forgets everything when the process ends.
   */
  ledger?: Ledger | string
  /** A ready engine, to be shared with others; it is not closed with the transport. Excludes `ledger` and `policy`. */
  engine?: Engine
  /** Changes to the engine's default policy. */
  policy?: PolicyOptions
  /**
   * Who answers: Apple's MX (`direct`), or a relay that passes the mail on (`relay`), such as Haraka, SES or a
   * smarthost. A relay's 250 says nothing about Apple.
   *
   * Default `auto`: `direct` if the inner transport's host is one of Apple's MX, else `relay`.
   */
  hop?: Hop | 'auto'
  /** The kind of mail, or a function that tells it for a mail. Default `transactional`. */
  stream?: NameOf
  /**
   * What a mailing is called, or a function that tells it for a mail. What Apple has against one campaign holds this one only.
   * Default: each message is a campaign of its own.
   */
  campaign?: NameOf
  /** Whose mail it is, such as a customer of yours, or a function that tells it for a mail. Default: the lane. */
  submitter?: NameOf
  /** The flow to Apple that is throttled as one, such as a sending IP address. Default `default`. */
  lane?: string
  /**
   * On a direct hop, the transporters whose mail leaves from another IP address, by the name of their lane: they take over while
   * Apple blocks the one of `lane`, if the policy names them as its `alternative`. Not wrapped, and closed with the transport.
   * Default none: that mail waits.
   */
  laneTransports?: Readonly<Record<string, InnerTransport | TransporterLike>>
  /**
   * On a direct hop, how long mail to Apple may wait for its turn in the lane before its first try, in ms; 0 asks and does not
   * wait. Default 600,000 (10 minutes).
   */
  laneWaitMs?: number
  /** The address that sender faults are counted under. Default: the envelope sender of each mail. */
  sender?: string
  /**
   * Gives each recipient at Apple a signed return path (MAIL FROM) of his own, so that a forged bounce suppresses nobody. Not mail
   * with the null sender. With an `outbox` an option of the process that sends. Default: the return path of the mail.
   */
  returnPath?: ReturnPathOption
  /**
   * Looks at mail with recipients at Apple before it is sent, such as `(mime) => checkMessage(mime)` of `@icloud-delivery/preflight`;
   * an object to refuse mail by what is found. Default none.
   */
  preflight?: PreflightOption | PreflightCheck
  /**
   * Called once for each recipient at Apple, or suppressed one, that does not get a mail, so that another channel can be used.
   * A mail may have one of its own. Default none.
   */
  onUndelivered?: OnUndelivered
  /**
   * Where mail is tried again. `inline`: within one `sendMail`, as long as `retry.budgetMs` allows; nothing is kept after that.
   * Default `inline`.
   */
  mode?: 'inline'
  /**
   * Keeps mail to Apple until it is delivered or given up: it is stored, `sendMail` resolves with its recipients as `pending`,
   * and a worker sends it. Made by `sqliteOutbox` or `bullmqOutbox`. Default none: tries again within `sendMail` only.
   */
  outbox?: Outbox
  /** `false`: only fills the outbox; another process has the worker, see `startOutboxWorker`. Default true. */
  outboxWorker?: boolean
  /**
   * Told what became of each recipient of a message in the outbox. What it throws is logged, and it is told again later; after a
   * crash it may hear the same twice. Default none.
   */
  onOutcome?: OnOutcome
  /** Tries again within one `sendMail`. */
  retry?: {
    /** How long after its start a `sendMail` may begin another try, in ms; 0 for none. Default 20,000. */
    budgetMs?: number
    /** Tries for each recipient, the first one included; 1 or more. Default 5. */
    maxAttempts?: number
  }
  /**
   * On a direct hop, try again after a connection that broke when the whole body was sent. The recipient may get the
   * message twice, with the same Message-ID. Default false; true with an `outbox`.
   */
  retryAmbiguous?: boolean
  /**
   * Give each Apple recipient a transaction of its own. If false, they share one, and Apple's reply at the end of DATA
   * is reported but not remembered, as it cannot be said whom it is about. Default true.
   */
  onePerTransaction?: boolean
  /**
   * Finds out which custom domains have their mail at Apple; at most 2 s, and a failure counts as no. `false`: never
   * ask. Default: DNS.
   */
  resolveMx?: ResolveMx | false
  /** ms since the epoch. Default `Date.now`. */
  clock?: () => number
  /** What waits for the next try. Default: the timers of Node. */
  timers?: Timers
  /** For tests only. */
  testing?: {
    /** Hosts that stand for Apple's MX, as `host` or `host:port` of the inner transport. Default none. */
    appleMx?: readonly string[]
  }
}
