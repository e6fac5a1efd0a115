import {
  matchReturnPath,
  verifyReturnPath,
  type ReturnPath,
  type ReturnPathOptions,
  type ReturnPathRefusal,
} from '@icloud-delivery/engine'
import { fieldOf, type HeaderField } from '../message/parse-message.ts'

/** Where signed return paths stand: as for `signReturnPath`. */
export type SignedPaths = Pick<ReturnPathOptions, 'domain' | 'prefix' | 'keys'>

/** Fields in which mail servers write the address that they deliver to, in lower case. */
export const defaultAddressFields: readonly string[] = ['delivered-to', 'x-original-to', 'envelope-to']

/** What the address says that a bounce came to. */
export type Signed =
  | { valid: true; path: ReturnPath }
  | { valid: false; reason: ReturnPathRefusal; message: string }

const severity: readonly ReturnPathRefusal[] = ['not-signed', 'other-key', 'expired', 'forged']

/**
 * Whether a message came to a return path of ours. Of each field the topmost is looked at, which our own server wrote; below it
 * stands what came with the message.
 *
 * @param deliveredTo the envelope recipient, if it is known: then no field is looked at
 */
export function signedBy(
  fields: readonly HeaderField[],
  addressFields: readonly string[],
  deliveredTo: string | undefined,
  paths: SignedPaths,
  now: number,
): Signed {
  const addresses =
    deliveredTo === undefined
      ? addressFields.flatMap((name) => fieldOf(fields, name.toLowerCase()) ?? [])
      : [deliveredTo]
  let worst: Signed = {
    valid: false,
    reason: 'not-signed',
    message: 'it did not come to a signed return path',
  }
  for (const address of addresses) {
    const path = verifyReturnPath(address.trim(), { ...paths, clock: () => now })
    if (path.valid) return { valid: true, path }
    if (severity.indexOf(path.reason) > severity.indexOf(worst.valid ? 'not-signed' : worst.reason))
      worst = { valid: false, reason: path.reason, message: path.message }
  }
  return worst
}

/** The recipient and message that it was signed for, as far as they are among those that come into question. */
export function signedFor(
  path: ReturnPath,
  { keys }: SignedPaths,
  recipients: Iterable<string>,
  messageIds: readonly string[],
): { recipient: string | null; messageId: string | null } {
  return matchReturnPath(path, { recipients, messageIds }, keys)
}
