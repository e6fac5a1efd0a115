/** Who has to change something before the message can be delivered. */
export type Fault =
  | 'recipient'
  | 'recipient-domain'
  | 'rate'
  | 'provider'
  | 'protocol'
  | 'sender-auth'
  | 'sender-dns'
  | 'sender-ip'
  | 'sender-registration'
  | 'content'
  | 'reputation'
  | 'unknown'

/** What the reply says something about. */
export type Scope = 'recipient' | 'message' | 'stream' | 'sending-domain' | 'sending-ip' | 'provider'

/**
 * What happens to the message that got the reply.
 *
 * - `retry`: this message again, later
 * - `soft-bounce`: give this message up, and count it for the recipient
 * - `suppress`: give it up, and send this recipient nothing more
 * - `fail`: give it up, the recipient untouched
 * - `hold`: keep it until the scope is released or the message is too old
 */
export type Disposition = 'retry' | 'soft-bounce' | 'suppress' | 'fail' | 'hold'

/** How well a rule, or a match of it, is attested. */
export type Confidence = 'high' | 'medium' | 'low'

/**
 * The point of the SMTP session at which the reply came.
 * `eod` is the reply to the final dot (end of data).
 */
export type Phase = 'connect' | 'helo' | 'mail' | 'rcpt' | 'data' | 'eod' | 'quit'
