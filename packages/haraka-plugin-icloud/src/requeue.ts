import constants from 'haraka-constants'
import type { BounceError, HMail, Next } from './haraka.ts'
import { isFileGone } from './queue-file.ts'
import type { Runtime } from './runtime.ts'
import { isOurs } from './tell-sender.ts'

/**
 * In a `bounce` hook: whether Haraka gives a message up because its queue file cannot be renamed for the next attempt, which is
 * the fault of our disk and of nobody else.
 */
export function isUnrenamed(hmail: HMail, error: BounceError): boolean {
  return isOurs(hmail) && error.message.startsWith('Error re-queueing email')
}

/**
 * Keeps such a message in memory for a while, and its file as it is: after a restart it is tried at once. One whose file was
 * taken away while it waited is given up, without a bounce.
 */
export async function keepUnrenamed(
  { lookAgainMs, fileGone }: Pick<Runtime, 'lookAgainMs' | 'fileGone'>,
  next: Next,
  hmail: HMail,
): Promise<void> {
  const isGone = await isFileGone(hmail)
  // OK has Haraka drop the message; one more reference keeps its file.
  if (isGone) fileGone(hmail)
  else hmail.refcount++
  next(constants.ok)
  if (!isGone) hmail.send_email_respond(constants.delay, lookAgainMs / 1000)
}
