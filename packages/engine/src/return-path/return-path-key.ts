import { createHmac } from 'node:crypto'
import { messageKey } from '../subject.ts'

/** A secret that signs return paths. */
export interface ReturnPathKey {
  /** Tells this key from later ones: 1 to 16 lower-case letters, digits or hyphens. */
  id: string
  /** At least 32 bytes that nobody can guess, the same wherever return paths are signed or verified. Text counts as UTF-8. */
  secret: string | Uint8Array
}

/**
 * 80 bits. To forge a signature takes some 10^24 bounces; among a thousand million recipients two share a token with a chance of
 * one in two million, and nobody without the key can tell which.
 */
export const digestBytes = 10
/** Characters of a message id that are looked at: it may come out of a bounce, and no more are remembered. */
const longestRead = 1000

/** 15 bits that tell keys apart in a return path (FNV-1a, folded). No secret: two keys that share them are both tried. */
export function tagOf({ id }: ReturnPathKey): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193)
  return ((hash >>> 15) ^ hash) & 0x7fff
}

/** The digest of a recipient as `foldAddress` gives it. */
export function recipientDigest(key: ReturnPathKey, folded: string): Buffer {
  return digest(key, 'recipient', folded)
}

/** The digest of a message: the same with and without angle brackets, as some hosts cut them. */
export function messageDigest(key: ReturnPathKey, messageId: string): Buffer {
  let id = messageId.slice(0, longestRead).trim()
  if (id.startsWith('<') && id.endsWith('>')) id = id.slice(1, -1)
  return digest(key, 'message', messageKey(id))
}

/** The signature of what a return path says, for the domain and prefix that it stands in. */
export function signatureOf(key: ReturnPathKey, domain: string, prefix: string, said: Uint8Array): Buffer {
  return digest(key, 'signature', `${domain}\0${prefix}\0`, said)
}

/** The same secret may serve elsewhere, so what is digested begins with what it is for. */
function digest({ secret }: ReturnPathKey, purpose: string, text: string, bytes?: Uint8Array): Buffer {
  const hmac = createHmac('sha256', secret).update(`icloud-delivery return path 1\0${purpose}\0${text}`)
  if (bytes) hmac.update(bytes)
  return hmac.digest().subarray(0, digestBytes)
}
