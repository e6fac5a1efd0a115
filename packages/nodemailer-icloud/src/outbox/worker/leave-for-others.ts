import type { OutboxEntry } from '../entry.ts'
import type { Claim } from '../outbox.ts'
import type { HandlerParts } from './claim-handler.ts'
import { expiryOf } from './expiry.ts'

/** How long a message of which a worker has not the key is left to the others, ms. */
const othersMs = 10_000

/**
 * A worker without the key of a body leaves the message to those who have it: only when it is too old anyway it gives it up.
 *
 * @returns false if it is too old
 */
export async function leaveForOthers(
  { host, outbox, persist, complain }: HandlerParts,
  claim: Claim,
  entry: OutboxEntry,
): Promise<boolean> {
  const { clock, maxAgeSeconds } = host.settings
  const now = clock()
  if (now >= expiryOf(entry, maxAgeSeconds)) return false
  complain(
    `key ${claim.missingKey}`,
    `Messages in the outbox are encrypted with the key ${JSON.stringify(claim.missingKey)}, which this worker has not: it leaves ` +
      'them to others. Give it the key (keys)',
  )
  await persist(() => outbox.release(claim, entry, now + othersMs))
  return true
}
