import type { ExpiredAdmission, SendAdmission } from './admission.ts'

/** Send it. */
export function sendable(recipient: string, reason: string): SendAdmission {
  return { recipient, decision: 'send', reason, rule: null, retryAt: null, suppression: null, hold: null }
}

/** It would have to wait because of this rule, and cannot; `null`: its own deadline is past. */
export function expired(recipient: string, rule: string | null): ExpiredAdmission {
  const reason =
    rule === null ? 'expired (5.4.7): its deliverBy is past' : `${rule}: expired (5.4.7) while it had to wait`
  return { ...sendable(recipient, reason), decision: 'expired', rule }
}

/** Why a recipient is sent to whose address could not be remembered. */
export const notAnAddress = 'not an address that could be remembered'
/** Why a recipient is sent to over a relay. */
export const notSuppressed = 'not suppressed'
