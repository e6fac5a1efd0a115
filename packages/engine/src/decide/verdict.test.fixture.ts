import type { Evidence, Verdict } from '@icloud-delivery/rules'

/** A verdict as `classify` would give it, with what the test is about. */
export function verdictOf(
  rule: string | null,
  parts: Partial<Pick<Verdict, 'provider' | 'fault' | 'scope' | 'disposition' | 'text'>> & {
    evidence?: Evidence
  },
): Verdict {
  const data = {
    rule,
    provider: 'apple' as const,
    fault: 'unknown' as const,
    scope: 'message' as const,
    disposition: 'fail' as const,
    confidence: 'high' as const,
    code: 550,
    enhanced: '5.7.1',
    tag: null,
    evidence: {},
    ...parts,
  }
  return { text: `reply for ${rule}`, ...data, toJSON: () => data }
}

export const mailboxFull: Verdict = verdictOf('mailbox-full', {
  fault: 'recipient',
  scope: 'recipient',
  disposition: 'retry',
})
export const inactive: Verdict = verdictOf('inactive-account', {
  fault: 'recipient',
  scope: 'recipient',
  disposition: 'soft-bounce',
})
export const invalid: Verdict = verdictOf('invalid-recipient', {
  fault: 'recipient',
  scope: 'recipient',
  disposition: 'suppress',
})
export const proofpoint: Verdict = verdictOf('proofpoint-block', {
  fault: 'sender-ip',
  scope: 'sending-ip',
  disposition: 'hold',
})
export const hm08: Verdict = verdictOf('policy-hm08', {
  fault: 'reputation',
  scope: 'stream',
  disposition: 'fail',
})
export const unavailable: Verdict = verdictOf('service-unavailable', {
  fault: 'provider',
  scope: 'provider',
  disposition: 'retry',
})
