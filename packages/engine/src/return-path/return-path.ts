import { EngineError } from '../errors.ts'
import { checkKeys } from '../names/check-keys.ts'
import { argument } from '../subject.ts'
import type { Clock } from '../engine.ts'
import type { ReturnPathKey } from './return-path-key.ts'

/** Where signed return paths stand, and who signs them: the same for signing and verifying. */
export interface ReturnPathOptions {
  /** The domain that bounces come back to, in ASCII, 189 characters at most. It is signed too. */
  domain: string
  /**
   * What the local part begins with: at most 8 lower-case letters, digits or one of `+ - _ =`, none if the domain is used for
   * nothing else. It is signed too. Default `bounce+`, for a mailbox `bounce` with sub-addresses.
   */
  prefix?: string
  /** The key in use comes first; up to three older ones are for what was signed before. */
  keys: readonly ReturnPathKey[]
  /** ms since the epoch. Default `Date.now`. */
  clock?: Clock
}

/** What a return path of ours says. Holds neither an address nor a message id. */
export interface ReturnPath {
  /** Stands for this recipient and message: what to count a verdict once by. 32 letters and digits. */
  id: string
  /** Stands for the recipient: the same in all messages to it under one key. 16 letters and digits. */
  recipientToken: string
  /** Stands for the message: the same for all its recipients under one key. 16 letters and digits. */
  messageToken: string
  /** The id of the key that signed it. */
  keyId: string
  /** ms since the epoch, a full hour. From then on it is refused. */
  expiresAt: number
}

/** Letters and digits of base32 behind the prefix: 35 bytes. */
export const signedLength = 56
/** RFC 5321, 4.5.3.1.1. */
const longestLocal = 64
/** RFC 5321, 4.5.3.1.3, without the angle brackets. */
const longestAddress = 254
const longestPrefix = longestLocal - signedLength
const longestDomain = longestAddress - longestLocal - 1

/** {@link ReturnPathOptions} that were looked at, with defaults filled in. */
export interface Checked {
  domain: string
  prefix: string
  keys: readonly ReturnPathKey[]
  now: number
}

/** Throws `EARGUMENT` for options that cannot be right. */
export function checked(call: string, options: ReturnPathOptions): Checked {
  const { domain, prefix = 'bounce+', keys, clock = Date.now } = options
  if (typeof domain !== 'string' || domain.length > longestDomain || !isDomain(domain))
    throw argument(call, 'domain', `a domain in ASCII of at most ${longestDomain} characters`, domain)
  if (
    typeof prefix !== 'string' ||
    prefix.length > longestPrefix ||
    !/^(?:[a-z\d][a-z\d+_=-]*)?$/.test(prefix)
  )
    throw argument(
      call,
      'prefix',
      `at most ${longestPrefix} lower-case letters, digits or one of + - _ =, a letter or digit first`,
      prefix,
    )
  checkKeys(call, 'keys', keys)
  if (typeof clock !== 'function') throw argument(call, 'clock', 'a function', clock)
  const now = clock()
  if (typeof now !== 'number' || !(now >= 0 && now < Number.MAX_SAFE_INTEGER))
    throw new EngineError('EARGUMENT', `${call}: clock must give ms since the epoch, found ${String(now)}`)
  return { domain: domain.toLowerCase(), prefix, keys, now }
}

function isDomain(domain: string): boolean {
  return domain
    .split('.')
    .every((label) => /^[a-z\d_-]+$/i.test(label) && label.length <= 63 && !label.startsWith('-'))
}
