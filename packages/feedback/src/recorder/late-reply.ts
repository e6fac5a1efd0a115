import type { Phase } from '@icloud-delivery/rules'

/** What became of a message for one recipient, as somebody tells it later. Texts are remote, and are cut where they are kept. */
export type LateOutcome =
  | {
      /** A host took it. Only Apple's counts. */
      kind: 'delivered'
      /** The 250 reply, for the event log. */
      text?: string
      /** The host that took it, if it is known. Where it is not, the recipient's domain decides. */
      host?: string | null
    }
  | {
      kind: 'reply'
      /** The reply with whatever stands around it: a Diagnostic-Code, a line of a log, what an ESP quotes. */
      text: string
      /**
       * The host that answered (Remote-MTA), if it is known. Where it is not, and the text names none either, only words that a rule
       * knows count as Apple's.
       */
      host?: string | null
      /** Whether whoever sent it has given the message up. False: it goes on trying. Default true. */
      final?: boolean
      /** Where in the session it came, if it is known: nothing said before RCPT TO is held against a recipient. */
      phase?: Phase | null
    }
  | {
      /** The ESP did not even try, as the address is on a list of its own. Apple said nothing. */
      kind: 'esp-suppressed'
      /** Whose list, such as `ses`. */
      by: string
      reason?: string
    }
  | { kind: 'complaint' }
  | {
      kind: 'unsubscribe'
      /** The stream that the reader leaves. Default: `stream` of the report, else `marketing`. */
      stream?: string
    }

/**
 * One outcome for one recipient, out of a bounce message, a webhook or a log. Plain data: whoever reads a source makes them,
 * {@link Feedback.record} does the rest.
 */
export interface LateReply {
  /**
   * Tells this report from all others, so that it counts once however often it is delivered or read: begin it with the name of
   * the source and end it with the recipient if one event has several, as in `ses:<event id>:anna@icloud.com`. Longer ones
   * than 1,000 characters are hashed. `null`: each report counts; right only where the source itself remembers how far it was
   * read, such as a log.
   */
  id: string | null
  /** The envelope recipient, as the source names it. */
  recipient: string
  /** Message-ID, or the id that the message was recorded under when it was sent. `null`: not known, and `id` stands in. */
  messageId: string | null
  /**
   * Who vouches for it. `all`: a source that only those can write who send your mail (a webhook whose signature was verified, a log
   * on your own disk, a bounce of a relay of yours): it may close a lane, and counts in rates and incidents. `recipient`: anything
   * else. Then the verdict counts for the recipient alone, and only because he can harm nobody but himself; find out first
   * that it is he: a bounce that names a recipient is no evidence of that. `none`: nobody knows who said it. It is `listed`, and
   * changes nothing.
   */
  trust: 'none' | 'recipient' | 'all'
  outcome: LateOutcome
  /** When the reply was given, ms since the epoch. Default: now. What is older than 10 minutes counts for its recipient alone. */
  at?: number
  /** The mailbox that was refused, if it is not the recipient's, such as the target of a forwarding: then nothing is held against anybody. */
  mailbox?: string
  /** The envelope sender. Default: not known. */
  sender?: string
  /** The From header's address or its domain. Default: the domain of `sender`. */
  from?: string
  /** Default `transactional`. */
  stream?: string
  /** Whose flow to Apple it is, such as `ses`: it never is one that you send by yourself. Default: as of `createFeedback`. */
  lane?: string
  campaign?: string
  submitter?: string
  /** Ids of the report are remembered until then, ms since the epoch: the same for the same id. Default: 30 days from now. */
  rememberUntil?: number
}
