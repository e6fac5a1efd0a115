import { foldAddress } from '../address.ts'
import { onlyOptions } from '../only-options.ts'
import { argument } from '../subject.ts'
import { toBase32 } from './base32.ts'
import { checked, type ReturnPath, type ReturnPathOptions } from './return-path.ts'
import { messageDigest, recipientDigest, signatureOf, tagOf } from './return-path-key.ts'

/** What {@link signReturnPath} takes. */
export interface SignReturnPathOptions extends ReturnPathOptions {
  /** The one recipient whose return path it is, as it stands in RCPT TO. */
  recipient: string
  /** Message-ID or queue id, the one that `record` is told; 200 characters count. Angle brackets make no difference. */
  messageId: string
  /**
   * Seconds for which a bounce counts, 3,600 to 31,622,400 (366 days), rounded up to a full hour. Take more than the message may
   * wait in all queues. Default 1,209,600 (14 days).
   */
  expiresInSeconds?: number
}

/** What {@link signReturnPath} gives. */
export interface SignedReturnPath extends ReturnPath {
  /** For MAIL FROM, without angle brackets: the local part has 64 characters at most, all in lower case. */
  address: string
}

const names: readonly string[] = [
  'recipient',
  'messageId',
  'domain',
  'prefix',
  'keys',
  'clock',
  'expiresInSeconds',
] satisfies (keyof SignReturnPathOptions)[]

const hourMs = 3_600_000
const fortnightSeconds = 1_209_600
const leastSeconds = 3600
const mostSeconds = 31_622_400
/** The hour of expiry is stored in so many bits, until the year 5797. */
const hourBits = 25

/**
 * Makes a return path (MAIL FROM) for one recipient and one message, so that a bounce proves that it answers this mail: whoever
 * does not know the key can make none, and whoever sees his own can bounce his own mail only. A bounce that comes back to it says
 * something about that recipient, whatever stands in it. Pure, some ten microseconds, and nothing is stored.
 *
 * An address and a message id do not fit into 64 octets. So it holds 80 bits of an HMAC of each, an hour of expiry, and an HMAC of
 * all that. {@link verifyReturnPath} needs nothing but the key; {@link matchReturnPath} finds the recipient among those that come
 * into question. Who wants to find every recipient, also of bounces that do not name him, keeps `id` beside the message, or
 * `recipientToken` beside the recipient.
 *
 * Each recipient needs a transaction of its own (one RCPT TO), as a return path is one to a transaction.
 *
 * @throws EngineError `EARGUMENT` for what cannot be right
 */
export function signReturnPath(options: SignReturnPathOptions): SignedReturnPath {
  const call = 'signReturnPath'
  if (typeof options !== 'object' || options === null)
    throw argument(call, 'the options', 'an object', options)
  onlyOptions(call, options, names)
  const { recipient, messageId, expiresInSeconds = fortnightSeconds } = options
  const folded = typeof recipient === 'string' ? foldAddress(recipient) : null
  if (folded === null) throw argument(call, 'recipient', 'an address such as anna@icloud.com', recipient)
  if (typeof messageId !== 'string' || messageId.trim() === '')
    throw argument(call, 'messageId', 'a string that is not empty', messageId)
  if (!(expiresInSeconds >= leastSeconds && expiresInSeconds <= mostSeconds))
    throw argument(
      call,
      'expiresInSeconds',
      `a number from ${leastSeconds} to ${mostSeconds}`,
      expiresInSeconds,
    )
  const { domain, prefix, keys, now } = checked(call, options)
  const key = keys[0]
  if (key === undefined) throw new TypeError('no key to sign with')

  const hour = Math.ceil((now + expiresInSeconds * 1000) / hourMs)
  if (hour >= 2 ** hourBits) throw argument(call, 'clock', 'a time before the year 5797', now)
  const head = Buffer.alloc(5)
  head.writeUIntBE(tagOf(key) * 2 ** hourBits + hour, 0, head.length)
  const ofRecipient = recipientDigest(key, folded)
  const ofMessage = messageDigest(key, messageId)
  const said = Buffer.concat([head, ofRecipient, ofMessage])
  const recipientToken = toBase32(ofRecipient)
  const messageToken = toBase32(ofMessage)
  return {
    address: `${prefix}${toBase32(said)}${toBase32(signatureOf(key, domain, prefix, said))}@${domain}`,
    id: recipientToken + messageToken,
    recipientToken,
    messageToken,
    keyId: key.id,
    expiresAt: hour * hourMs,
  }
}
