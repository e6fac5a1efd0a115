import { timingSafeEqual } from 'node:crypto'
import { onlyOptions } from '../only-options.ts'
import { argument } from '../subject.ts'
import { fromBase32, toBase32 } from './base32.ts'
import { checked, signedLength, type ReturnPath, type ReturnPathOptions } from './return-path.ts'
import { digestBytes, signatureOf, tagOf } from './return-path-key.ts'

/**
 * Why a return path is not taken:
 *
 * | reason | what it means |
 * |---|---|
 * | `not-signed` | it has not the domain, prefix and form of a signed one: mail to another address of yours |
 * | `other-key` | none of the keys has the id it was signed under: a key that was dropped, or another system of yours |
 * | `forged` | somebody made it up, or a character was changed |
 * | `expired` | it is genuine and too late |
 */
export type ReturnPathRefusal = 'not-signed' | 'other-key' | 'forged' | 'expired'

/** What {@link verifyReturnPath} gives. */
export type VerifiedReturnPath =
  | ({ valid: true } & ReturnPath)
  | {
      valid: false
      reason: ReturnPathRefusal
      /** One sentence for a log, without remote text. */
      message: string
    }

const names: readonly string[] = ['domain', 'prefix', 'keys', 'clock'] satisfies (keyof ReturnPathOptions)[]

const messages: Readonly<Record<ReturnPathRefusal, string>> = {
  'not-signed': 'the address has not the form of a signed return path for this domain and prefix',
  'other-key': 'it was signed with a key that is not among the keys given',
  forged: 'its signature is wrong: it was made up or changed on its way',
  expired: 'it is genuine, but it came after the time for which it was signed',
}

const hourMs = 3_600_000
const headBytes = 5
const hourRange = 2 ** 25
/** An address and its angle brackets. */
const longestRead = 256

/**
 * Says whether an address that a bounce came back to is one that {@link signReturnPath} made, and for what. Pure; the time does
 * not depend on where a signature differs, and anything longer than an address is refused at once. Case makes no difference, as
 * some hosts fold it; any other change does.
 *
 * Read the address from the envelope: RCPT TO, or what your own server wrote into Delivered-To or X-Original-To. A header that
 * came with the bounce is its sender's word, though one without the key cannot make up a return path there either.
 *
 * @param address with or without angle brackets; remote text
 * @throws EngineError `EARGUMENT` for options that cannot be right, never for an address
 */
export function verifyReturnPath(address: string, options: ReturnPathOptions): VerifiedReturnPath {
  const call = 'verifyReturnPath'
  if (typeof options !== 'object' || options === null)
    throw argument(call, 'the options', 'an object', options)
  onlyOptions(call, options, names)
  const { domain, prefix, keys, now } = checked(call, options)

  const bytes = signedPart(address, domain, prefix)
  if (bytes === null) return refused('not-signed')
  const head = bytes.readUIntBE(0, headBytes)
  const tag = Math.floor(head / hourRange)
  const candidates = keys.filter((key) => tagOf(key) === tag)
  if (candidates.length === 0) return refused('other-key')
  const said = bytes.subarray(0, -digestBytes)
  const signature = bytes.subarray(-digestBytes)
  const key = candidates.find((one) => timingSafeEqual(signature, signatureOf(one, domain, prefix, said)))
  if (key === undefined) return refused('forged')
  const expiresAt = (head % hourRange) * hourMs
  if (now >= expiresAt) return refused('expired')
  const recipientToken = toBase32(said.subarray(headBytes, headBytes + digestBytes))
  const messageToken = toBase32(said.subarray(headBytes + digestBytes))
  return {
    valid: true,
    id: recipientToken + messageToken,
    recipientToken,
    messageToken,
    keyId: key.id,
    expiresAt,
  }
}

/** The bytes of what has the form of a signed return path, else `null`. */
function signedPart(address: unknown, domain: string, prefix: string): Buffer | null {
  if (typeof address !== 'string' || address.length > longestRead) return null
  // Before the case is folded: some letters that are not ASCII become ASCII by that.
  for (let i = 0; i < address.length; i++) if (address.charCodeAt(i) > 0x7e) return null
  const text = (
    address.startsWith('<') && address.endsWith('>') ? address.slice(1, -1) : address
  ).toLowerCase()
  const end = prefix.length + signedLength
  if (!text.startsWith(prefix) || text.slice(end) !== `@${domain}`) return null
  return fromBase32(text.slice(prefix.length, end))
}

function refused(reason: ReturnPathRefusal): VerifiedReturnPath {
  return { valid: false, reason, message: messages[reason] }
}
