import type { PolicyOptions } from '@icloud-delivery/engine'
import { HOUR_MS } from './time.ts'

/** Long enough for the next mail of the stream to meet the closed door, however busy the machine is. */
const closedHours = 20

const closedAtOnce = {
  count: 1,
  windowSeconds: seconds(1),
  forSeconds: seconds(closedHours),
  probeEverySeconds: seconds(closedHours / 2),
}

/**
 * Where the demo does not go by the defaults: one reply of these two closes its scope, not three within ten minutes, and a
 * share of the attempts.
 */
export const demoPolicy: PolicyOptions = {
  rules: {
    'policy-hm08': { hold: { scope: 'stream', ...closedAtOnce } },
    'dmarc-failure': { hold: { scope: 'sending-domain', perStream: true, ...closedAtOnce } },
  },
}

/** Hours of the demo's time in seconds of ours. */
function seconds(hours: number): number {
  return (hours * HOUR_MS) / 1000
}
