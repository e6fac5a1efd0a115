import type { Admission, AdmitRequest } from './admission.ts'
import { notAnAddress, notSuppressed, sendable } from './answers.ts'
import type { Parts } from '../engine-core.ts'
import { recipientKey, type RecipientState } from '../state/state.ts'
import { checkAdmit } from '../subject.ts'

/** More are read in one go, which is cheaper for them than one look after the other. */
const mostRecipients = 20

/**
 * The answer for mail to a relay if the ledger has all of it at hand, and nobody is suppressed; `null` if not. On that way only
 * suppressions count, and most mail of most hosts goes it: so this is done without a promise.
 */
export function admitAtOnce(parts: Parts, request: AdmitRequest): Admission[] | null {
  const { ledger, passages, mailboxOf, outage } = parts
  if (request?.hop !== 'relay' || ledger.peek === undefined) return null
  checkAdmit(request)
  passages.of(request, 'admit')
  if (request.recipients.length > mostRecipients) return null
  const admissions: Admission[] = []
  for (const recipient of request.recipients) {
    const address = mailboxOf(recipient)
    if (address === null) {
      admissions.push(sendable(recipient, notAnAddress))
      continue
    }
    const entry = ledger.peek(recipientKey(address))
    if (entry === undefined) return null
    // Whether one counts, others decide.
    if (entry !== null && (entry.value as RecipientState).suppressions !== undefined) return null
    admissions.push(sendable(recipient, notSuppressed))
  }
  outage.end('read')
  return admissions
}
