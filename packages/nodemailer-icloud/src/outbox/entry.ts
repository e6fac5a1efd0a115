import type { VerdictJson } from '@icloud-delivery/rules'
import type { HoldRef } from '@icloud-delivery/engine'
import type { MailRoute } from '../route.ts'

/** How a try for a recipient ended that is not the last one. */
export interface LastTry {
  /** As of the errors of this package, or the inner transport's own. */
  code: string
  /** The rule behind it; `null` if none. */
  rule: string | null
  /** For people. May hold remote text, at most 500 characters: escape it where it is shown. */
  message: string
}

/** A recipient whose mail waits in an outbox. */
export interface OutboxRecipient {
  address: string
  /** Tries so far. */
  tries: number
  /** ms since the epoch: not before. */
  nextAt: number
  /** `null` before the first try. */
  last: LastTry | null
  /** What it waits behind; `null` if that is not known, absent if it is no hold. */
  hold?: HoldRef | null
  /** A transaction with others was refused, and nobody knows whom that meant: it goes alone from now on. */
  isAlone?: true
}

/** What became of a recipient in the end. */
export interface OutboxOutcome {
  recipient: string
  /** `delivered`: the server of the inner transport took it; on a relay hop Apple's answer is still to come. */
  state: 'delivered' | 'undelivered'
  /** For `undelivered`: `ESUPPRESSED`, `ESOFTBOUNCE`, `EREFUSED`, `EEXPIRED`, or the inner transport's own; else `null`. */
  code: string | null
  rule: string | null
  /** What the last reply meant; `null` if there was none that could be read. */
  verdict: VerdictJson | null
  /** For people. May hold remote text, at most 500 characters. */
  message: string
  /** True if the connection broke after the whole body was sent: the message may have arrived. */
  ambiguous: boolean
  /** Tries, the last one included. */
  tries: number
  /** ms since the epoch. */
  at: number
}

/** A message in an outbox, without its body. Holds nothing but JSON. */
export interface OutboxEntry extends Omit<MailRoute, 'hop' | 'lane'> {
  /** The envelope without its recipients: `from`, and `size`, `use8BitMime` and `dsn` where Nodemailer set them. */
  envelope: Readonly<Record<string, unknown>> & { from: string | false }
  /** What transports take from the mail besides: the options of SES. */
  data: Readonly<Record<string, unknown>>
  /** The body has the data of the mail before the MIME, for transports that read it. */
  hasData?: true
  /** Those that wait. */
  recipients: readonly OutboxRecipient[]
  /** Those that were given up for their age. */
  expired: readonly OutboxRecipient[]
  /** Final, and the hooks do not know of them yet. */
  untold: readonly OutboxOutcome[]
  /** How often the hooks failed since they last took something. */
  hookFailures: number
}
