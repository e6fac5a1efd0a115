import constants from 'haraka-constants'
import type { BounceError, HMail, Next } from './haraka.ts'
import { isOurs } from './tell-sender.ts'

/**
 * In a `bounce` hook: Haraka gives a message up if its queue file cannot be renamed for the next attempt, which is the
 * fault of our disk and of nobody else. The message is kept in memory for `ms`, and its file as it is: after a restart it
 * is tried at once. `false`: the bounce has another reason.
 */
export function keepUnrenamed(next: Next, hmail: HMail, error: BounceError, ms: number): boolean {
  if (!isOurs(hmail) || !error.message.startsWith('Error re-queueing email')) return false
  // OK has Haraka drop the message; one more reference keeps its file.
  hmail.refcount++
  next(constants.ok)
  hmail.send_email_respond(constants.delay, ms / 1000)
  return true
}
