import type { Phase } from '@icloud-delivery/rules'
import type { Late } from './late.ts'

/**
 * Who answers us. `direct`: this host talks to Apple's MX, so its 250 is Apple's. `relay`: it talks to a relay, whose
 * 250 says only that the message was handed over.
 */
export type Hop = 'direct' | 'relay'

/** What became of one delivery attempt for one recipient. */
export type Outcome =
  | {
      kind: 'delivered'
      /** The 250 reply, for the event log. */
      text?: string
    }
  | {
      kind: 'reply'
      /** The reply as the host has it: text or a Nodemailer error. */
      input: unknown
      /** Name of the host that answered, if known. A relay's name means that the reply is the relay's. */
      mx?: string | null
      /** Where in the session it came, if known. Nothing said before RCPT TO is held against a recipient. */
      phase?: Phase | null
    }
  | {
      /** The host could not be reached, or the connection was lost before it answered. */
      kind: 'no-reply'
      /** What the network said, for the event log: 300 characters count. */
      error?: string
      /**
       * Name of the host that did not answer, if known. Where it is not, the recipient's domain decides whether it was
       * Apple's.
       */
      mx?: string | null
    }
  | {
      /**
       * An ESP did not even try, as the address is on a list of its own. Apple said nothing: it stands in the event log, and
       * nothing is held against the recipient.
       */
      kind: 'esp-suppressed'
      /** Whose list it is, such as `ses`. 64 characters count. */
      by: string
      /** What the ESP says of it, for the event log: 300 characters count. */
      reason?: string
    }

/** All kinds of an {@link Outcome}. */
export const outcomeKinds: readonly Outcome['kind'][] = ['delivered', 'reply', 'no-reply', 'esp-suppressed']

/** Who sends what to whom: the keys under which things are remembered. */
export interface Subject {
  /** The envelope recipient. */
  recipient: string
  /** The envelope sender; empty for the null sender. */
  sender: string
  /** The kind of mail. Default `transactional`. */
  stream?: string
  /** The flow to Apple that is throttled as one. Default `default`. */
  lane?: string
  /** Default `direct`. */
  hop?: Hop
  /** What a mailing is called. Default: each message is a campaign of its own. */
  campaign?: string
  /**
   * The From header's address or its domain: what Apple checks authentication for. Default: the domain of `sender`. Give it
   * where you forward mail of other domains.
   */
  from?: string
  /** Who handed the message in, such as a user or client that logged in. 64 characters count. Default: the lane. */
  submitter?: string
}

/** One outcome to be remembered. */
export interface RecordRequest extends Subject {
  /** Tells one send from another: the same id is the same message tried again. Message-ID or queue id. */
  messageId: string
  outcome: Outcome
  /** When the message was first accepted for delivery, ms since the epoch. Default: the time of the first `record` for it. */
  acceptedAt?: number
  /**
   * When it is of no use any more, ms since the epoch; shortens the age that the policy allows. Default: what an earlier
   * `record` of the message said.
   */
  deliverBy?: number
  /** How often this message was tried before for this recipient. Default: counted by the engine. */
  attempt?: number
  /** Set if somebody else sent it, and its outcome comes as a bounce message, a webhook or a line of a log. */
  late?: Late
}
