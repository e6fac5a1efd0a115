import type { Alert } from '../signals/alert.ts'
import type { Placement, PlacementResult } from './seed.ts'

const where: Record<Placement, string> = {
  inbox: 'in the inbox',
  junk: 'in Junk',
  other: 'in another folder',
  missing: 'in no folder',
  unknown: 'nowhere that could be looked at',
}

/** Test mail to a seed is found elsewhere than before. */
export function placementAlert(
  address: string,
  before: Placement,
  { at, stream, placement, seconds }: PlacementResult,
): Alert {
  const advice =
    placement === 'inbox'
      ? 'Nothing is to be done.'
      : 'Look at what changed in content, authentication and volume; if other seeds agree, send less until it is found.'
  return {
    kind: 'placement-changed',
    at,
    subject: address,
    message: `Test mail of ${stream} to this seed is ${where[placement]}; before it was ${where[before]}. ${advice}`,
    rule: null,
    numbers: seconds === null ? {} : { seconds },
    url: null,
    reply: null,
  }
}
