import type { Parts } from '../../engine-core.ts'
import { lanePolicyOf, priorityOf } from '../lane-policy.ts'
import { rates } from '../../signals/rates.ts'
import type { Route } from '../../subject.ts'
import { suspectOf } from './suspect.ts'

/** The stream that most likely led to the block of a lane, by the counts of the last day; if there are none, this one. */
export async function findSuspect(parts: Parts, { lane, stream }: Route): Promise<string> {
  const policy = lanePolicyOf(parts.policy.lanes, lane)
  const [{ places }, [line]] = await Promise.all([
    rates(parts, { window: 'day', lane }),
    parts.ledger.events({ subject: `sending-ip/${lane}`, type: 'scope-held', limit: 1 }),
  ])
  const sent = places.map((place) => ({
    stream: place.stream,
    attempts: place.attempts,
    isUrgent: priorityOf(policy, place.stream) === 0,
  }))
  const met = line?.data.stream
  return suspectOf(sent, typeof met === 'string' ? met : null) ?? stream
}
