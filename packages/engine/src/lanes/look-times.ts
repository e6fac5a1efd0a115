/** Shares of a lease's length: 250 ms, a second and 7.5 s of 30 s. */
const soon = 1 / 120
const later = 1 / 30
const renewal = 1 / 4

/** What a process has to do with a lane. */
export interface Standing {
  /** The ledger is out of reach. */
  isBlind: boolean
  isWaiting: boolean
  /** Urgent mail waits. */
  isUrgent: boolean
  /** Connections that are leased, and in use. */
  held: number
  inUse: number
}

/** How long connections that are not in use are kept, in seconds. */
export function lingerSeconds(leaseSeconds: number): number {
  return leaseSeconds * later
}

/**
 * Seconds from one turn to the next: soon for urgent mail, and for whoever could give up connections that others wait for;
 * in time to renew for who holds some; never for who has nothing to do with the lane.
 */
export function lookEvery(
  { isBlind, isWaiting, isUrgent, held, inUse }: Standing,
  leaseSeconds: number,
): number {
  if (isBlind) return leaseSeconds * later
  if (isWaiting) return leaseSeconds * (isUrgent || held > 0 ? soon : later)
  if (held > inUse) return leaseSeconds * later
  return inUse > 0 ? leaseSeconds * renewal : Infinity
}
