import { timingSafeEqual } from 'node:crypto'
import { foldAddress } from '../address.ts'
import { checkKeys } from '../names/check-keys.ts'
import { argument } from '../subject.ts'
import { fromBase32 } from './base32.ts'
import type { ReturnPath } from './return-path.ts'
import { digestBytes, messageDigest, recipientDigest, type ReturnPathKey } from './return-path-key.ts'

/** Who and what may be meant, such as all addresses and message ids that a bounce names. Remote text is welcome. */
export interface ReturnPathCandidates {
  /** Each is looked at once, until one fits; what is no address fits nothing. */
  recipients?: Iterable<string>
  messageIds?: Iterable<string>
}

/** What a return path was signed for, as far as it was among the candidates. */
export interface ReturnPathMatch {
  /** In lower case, as it is remembered; `null` if it was not among them. */
  recipient: string | null
  /** As it was given; `null` if it was not among them. */
  messageId: string | null
}

/**
 * Finds the recipient and the message that a return path was signed for among those that come into question. A recipient that
 * somebody wrote into a bounce fits only if that mail was to him: so a bounce with Final-Recipient of another suppresses nobody.
 * No match means that the bounce is not to be acted on. Pure, some ten microseconds for each candidate.
 *
 * @param path what `signReturnPath` or a valid `verifyReturnPath` gave
 * @param keys as for verifying
 * @throws EngineError `EARGUMENT` for arguments that cannot be right, never for a candidate
 */
export function matchReturnPath(
  path: ReturnPath,
  candidates: ReturnPathCandidates,
  keys: readonly ReturnPathKey[],
): ReturnPathMatch {
  const call = 'matchReturnPath'
  checkKeys(call, 'keys', keys)
  const key = keys.find(({ id }) => id === path?.keyId)
  if (key === undefined) throw argument(call, 'path.keyId', 'the id of one of the keys', path?.keyId)
  const ofRecipient = tokenBytes(call, 'path.recipientToken', path.recipientToken)
  const ofMessage = tokenBytes(call, 'path.messageToken', path.messageToken)

  const match: ReturnPathMatch = { recipient: null, messageId: null }
  for (const recipient of candidates.recipients ?? []) {
    const folded = typeof recipient === 'string' ? foldAddress(recipient) : null
    if (folded === null || !timingSafeEqual(recipientDigest(key, folded), ofRecipient)) continue
    match.recipient = folded
    break
  }
  for (const messageId of candidates.messageIds ?? []) {
    if (typeof messageId !== 'string' || !timingSafeEqual(messageDigest(key, messageId), ofMessage)) continue
    match.messageId = messageId
    break
  }
  return match
}

function tokenBytes(call: string, what: string, token: unknown): Buffer {
  const bytes = typeof token === 'string' ? fromBase32(token) : null
  if (bytes?.length === digestBytes) return bytes
  throw argument(call, what, 'a token of a return path', token)
}
