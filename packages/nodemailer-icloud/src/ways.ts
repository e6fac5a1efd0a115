import { lanePolicyOf, resolvePolicy } from '@icloud-delivery/engine'
import { configError } from './config-error.ts'
import { LaneGate } from './lane-gate.ts'
import { noFatalError } from './no-fatal-error.ts'
import type { InnerTransport } from './nodemailer-shapes.ts'
import type { IcloudOptions } from './options.ts'
import { findPeer, type Peer } from './peer.ts'

/** A way to Apple: a lane, and the transport that sends from its IP address. */
export interface Way {
  lane: string
  inner: InnerTransport
  peer: Peer
  gate: LaneGate
}

/**
 * The ways that mail takes while Apple blocks the IP address of the transport itself, by the name of their lane.
 *
 * @param own who answers the transport itself
 * @throws Error `ECONFIG` for what cannot be a way to Apple, and for one that the engine would never name
 */
export function otherWays(
  { laneTransports = {}, lane = 'default', hop = 'auto', testing, policy, engine }: IcloudOptions,
  own: Peer,
  clock: () => number,
): ReadonlyMap<string, Way> {
  const ways = new Map<string, Way>()
  for (const [name, given] of Object.entries(laneTransports)) {
    const option = `laneTransports[${JSON.stringify(name)}]`
    const inner = transportOf(given)
    if (inner === null)
      throw configError(option, 'a transporter made by nodemailer.createTransport, not wrapped', given)
    const peer = findPeer(inner, hop, testing?.appleMx ?? [])
    if (own.hop !== 'direct' || peer.hop !== 'direct')
      throw configError(option, 'used where both transports talk to Apple’s MX themselves', 'a relay')
    const known = lanePolicyOf(resolvePolicy(policy ?? {}).lanes, lane).alternative
    if (engine === undefined && known !== name)
      throw configError(
        option,
        `the alternative of the lane ${lane}, so that mail may go over it: policy.lanes[${JSON.stringify(lane)}].alternative`,
        known,
      )
    noFatalError(given)
    ways.set(name, { lane: name, inner, peer, gate: new LaneGate(inner, clock) })
  }
  return ways
}

function transportOf(given: unknown): InnerTransport | null {
  const inner = (given as { transporter?: unknown } | null)?.transporter ?? given
  const { send, engine } = (inner ?? {}) as { send?: unknown; engine?: unknown }
  // One that is wrapped would ask and record a second time.
  return typeof send === 'function' && engine === undefined ? (inner as InnerTransport) : null
}
