import type { Host } from '../../host.ts'
import type { OutboxEntry } from '../entry.ts'
import type { Claim } from '../outbox.ts'
import type { HandlerParts } from './claim-handler.ts'
import { expiryOf } from './expiry.ts'

/** How long a message that a worker cannot send is left to the others, ms. */
const othersMs = 10_000

/**
 * A worker that lacks something that others may have leaves a message to them: only when it is too old anyway it gives it up.
 *
 * @returns false if it can be sent, or is too old
 */
export async function leaveForOthers(
  { host, outbox, persist, complain }: HandlerParts,
  claim: Claim,
  entry: OutboxEntry,
): Promise<boolean> {
  const lacks = whatLacks(host, claim, entry)
  if (lacks === null) return false
  const now = host.settings.clock()
  if (now >= expiryOf(entry, host.settings.maxAgeSeconds)) return false
  complain(`Messages in the outbox ${lacks}`)
  await persist(() => outbox.release(claim, entry, now + othersMs))
  return true
}

function whatLacks({ settings, inner }: Host, claim: Claim, entry: OutboxEntry): string | null {
  if (claim.missingKey !== undefined) {
    const key = JSON.stringify(claim.missingKey)
    return `are encrypted with the key ${key}, which this worker has not: it leaves them to others. Give it the key (keys)`
  }
  if (settings.readsData && !entry.hasData && claim.body !== null) {
    const needs = `${inner.name} needs more of a mail`
    return `were stored for SMTP or the like, and ${needs}: this worker leaves them to others. Give both the same transport`
  }
  return null
}
