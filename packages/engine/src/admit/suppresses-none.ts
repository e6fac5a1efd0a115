import type { Parts } from '../engine-core.ts'
import { recipientKey, type RecipientState } from '../state/state.ts'
import { checkRecipients } from '../subject.ts'

/** More are read in one go, which is cheaper for them than one look after the other. */
const mostRecipients = 20

/**
 * True if nobody is suppressed, for whatever stream, and the ledger has all that says so at hand. Most mail of most hosts goes to
 * a relay, where only suppressions count: so this is done without a promise.
 */
export function suppressesNone(parts: Parts, recipients: readonly string[]): boolean {
  const { ledger, mailboxOf, outage } = parts
  checkRecipients('suppressesNone', recipients)
  if (ledger.peek === undefined || recipients.length > mostRecipients) return false
  for (const recipient of recipients) {
    const address = mailboxOf(recipient)
    // What is not an address could not be remembered.
    if (address === null) continue
    const entry = ledger.peek(recipientKey(address))
    if (entry === undefined) return false
    // Whether one counts, others decide.
    if (entry !== null && (entry.value as RecipientState).suppressions !== undefined) return false
  }
  outage.end('read')
  return true
}
