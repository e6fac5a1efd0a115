import type { QuarantinePolicy } from '../policy/recipient-policy.ts'
import { clockSlackMs } from './decide-hold.ts'
import type { Quarantine, RecipientState } from '../state/state.ts'

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
  if (quarantine && isAhead(quarantine, now)) return 'begin'
  if (isInForce(quarantine, deliveredAt, now)) return now < quarantine.until ? 'wait' : 'suppress'
  const isFresh = deliveredAt !== undefined && now - deliveredAt <= policy.acceptedWithinSeconds * 1000
  return isFresh ? 'begin' : 'suppress'
}

/**
 * Whether a quarantine still says something. Not if Apple took mail after the reply that began it, which reached the ledger
 * late; nor if the clock was set back since, which would make it last for as long as that. Pure.
 */
export function isInForce(
  quarantine: Quarantine | undefined,
  deliveredAt: number | undefined,
  now: number,
): quarantine is Quarantine {
  if (quarantine === undefined || isAhead(quarantine, now)) return false
  return deliveredAt === undefined || deliveredAt <= quarantine.at || deliveredAt > now
}

/** By today's clock it has not begun. */
function isAhead({ at }: Quarantine, now: number): boolean {
  return at > now + clockSlackMs
}
