import type { QuarantinePolicy } from '../policy/recipient-policy.ts'
import type { RecipientState } from '../state/state.ts'

/**
 * What a reply that the mailbox does not exist comes to. `begin`: Apple took mail for it a short while ago, so it has to say
 * so again. `wait`: it said so within the quarantine, to mail that was on its way already. `suppress`: it is believed. Pure.
 *
 * @param now ms since the epoch
 */
export function quarantineStep(
  { quarantine, deliveredAt }: RecipientState,
  policy: QuarantinePolicy | null | undefined,
  now: number,
): 'begin' | 'wait' | 'suppress' {
  if (!policy) return 'suppress'
  if (quarantine) return now < quarantine.until ? 'wait' : 'suppress'
  const isFresh = deliveredAt !== undefined && now - deliveredAt <= policy.acceptedWithinSeconds * 1000
  return isFresh ? 'begin' : 'suppress'
}
