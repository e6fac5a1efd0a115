import type { Phase } from '@icloud-delivery/rules'
import { Attached } from './attached.ts'
import type { Address, BounceError, DeferredParams, HMail, Mx } from './haraka.ts'
import { carryOver, clearOutcome } from './outcome.ts'

/** Who answers on a connection. */
export interface Answerer {
  /** The host's name, or its IP address if it has none. `null`: not known at all. */
  mx: string | null
  /** Whether it is Apple's. */
  direct: boolean
  /** The IP address; `null` if it is not known. */
  ip: string | null
}

/** A reply of this attempt, as one recipient met it. */
export interface Seen extends Answerer {
  /** The reply as it came, lines separated by CRLF, at most 8 KiB. Remote text. */
  text: string
  /** `null` if only Haraka's record of the reply was there to read. */
  phase: Phase | null
  /** Whether the same reply met other recipients too, so that it says nothing about one of them. */
  shared: boolean
  /** The lane of the attempt. */
  lane: string
  /** MAIL FROM, where it was signed; `null`: that of the message. */
  returnPath: string | null
}

interface Attempt {
  returnPath: string | null
  /** The lane that it goes over. */
  lane: string
  /** Whether the connection is listened to. If not, Haraka's record of the reply is read. */
  tapped: boolean
  /** Who will answer, as far as it is known beforehand. */
  route: Answerer
  seen: Seen | null
  /** Whether anything was heard of this recipient. */
  heard: boolean
  /** Whether a hook has acted on it. A failure that follows, such as a full disk, is no new answer of Apple's. */
  spent: boolean
}

/**
 * The attempts under way. Kept by address object: Haraka hands its hooks the very objects that it sent to, also where
 * it split the message; `hmail.notes` on the other hand is shared by all parts of a message.
 */
const attempts = new Attached<Address, Attempt>()

/** A new attempt begins: what the last one left behind must not be taken for an answer to this one. */
export function beginAttempt(
  recipient: Address,
  begun: Pick<Attempt, 'tapped' | 'route' | 'lane' | 'returnPath'>,
): void {
  clearOutcome(recipient)
  attempts.set(recipient, { ...begun, seen: null, heard: false, spent: false })
}

/** The lane of the attempt for this recipient; `null` if we began none. */
export function laneOf(recipient: Address): string | null {
  return attempts.get(recipient)?.lane ?? null
}

/** What the attempt for this recipient says in MAIL FROM, if that is not what the message says. */
export function returnPathOf(recipient: Address): string | null {
  return attempts.get(recipient)?.returnPath ?? null
}

/** Notes the recipient's reply; `null` takes an earlier one back. */
export function noteReply(recipient: Address, seen: Omit<Seen, 'lane' | 'returnPath'> | null): void {
  const attempt = attempts.get(recipient)
  if (!attempt) return
  attempt.seen = seen && { ...seen, lane: attempt.lane, returnPath: attempt.returnPath }
  attempt.heard = true
}

/**
 * The replies of this attempt for the recipients of `hmail`, `null` for those that got none. After a split by Haraka the
 * recipients are new objects that know nothing; the ones that were sent to are in what the hook was given, and their
 * outcome is copied, for the DSN. Each reply is handed out once.
 *
 * @param missed called if Haraka met a reply that nothing was heard of: it does not work as it did, and its record is read
 * @returns `null` if the message is none of ours
 */
export function takeReplies(
  hmail: HMail,
  given: DeferredParams | BounceError,
  whoAnswers: (mx: Mx) => Answerer,
  missed: () => void,
): Map<Address, Seen | null> | null {
  const recipients = hmail.todo?.rcpt_to ?? []
  const { bounced_rcpt = [], deferred_rcpt = [], fail_recips = [] } = given as BounceError & DeferredParams
  // A client may name somebody twice, and each of the two got a reply.
  const sentTo = new Map<string, Address[]>()
  for (const sent of [...bounced_rcpt, ...deferred_rcpt, ...fail_recips])
    sentTo.set(sent.address, [...(sentTo.get(sent.address) ?? []), sent])
  const replies = new Map<Address, Seen | null>()
  let ours = false
  for (const recipient of recipients) {
    const sent = attempts.get(recipient) ? recipient : (sentTo.get(recipient.address)?.shift() ?? recipient)
    if (sent !== recipient) carryOver(sent, recipient)
    const attempt = attempts.get(sent)
    if (attempt) ours = true
    let seen: Seen | null = null
    if (attempt && !attempt.spent) {
      seen = attempt.seen
      if (!attempt.heard && (!attempt.tapped || sent.dsn_smtp_code)) {
        if (attempt.tapped) missed()
        const answerer = given.mx ? whoAnswers(given.mx) : attempt.route
        seen = notedByHaraka(sent, recipients.length > 1, attempt, answerer)
      }
      attempt.spent = true
      // The message may wait for days.
      attempt.seen = null
    }
    replies.set(recipient, seen)
  }
  return ours ? replies : null
}

/**
 * At RCPT Haraka notes the reply as `reason` too; every later reply it notes for all recipients, and not always who gave
 * it.
 */
function notedByHaraka(
  recipient: Address,
  several: boolean,
  { lane, returnPath }: Attempt,
  answerer: Answerer,
): Seen | null {
  if (!recipient.dsn_smtp_code) return null
  const atRcpt = recipient.reason !== undefined
  const noted = [recipient.dsn_smtp_code, recipient.dsn_smtp_extc, recipient.dsn_smtp_response]
  const text = (recipient.reason ?? noted.filter(Boolean).join(' ')).slice(0, 8192)
  return {
    text,
    phase: atRcpt ? 'rcpt' : null,
    ...answerer,
    shared: several && !atRcpt,
    lane,
    returnPath,
  }
}
