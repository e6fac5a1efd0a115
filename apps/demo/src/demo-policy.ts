import type { PolicyOptions } from '@icloud-delivery/engine'

/** Long enough for the next mail of the stream to meet the closed door, however busy the machine is. */
const closedHours = 20

/**
 * Where the demo does not go by the defaults: one reply of these two closes its scope, not three within ten minutes, and a
 * share of the attempts. An hour has `hourSeconds`: a policy file is not scaled by `time_scale`.
 */
export function demoPolicy(hourSeconds: number): PolicyOptions {
  const closedAtOnce = {
    count: 1,
    windowSeconds: hourSeconds,
    forSeconds: closedHours * hourSeconds,
    probeEverySeconds: (closedHours / 2) * hourSeconds,
  }
  return {
    rules: {
      'policy-hm08': { hold: { scope: 'stream', ...closedAtOnce } },
      'dmarc-failure': { hold: { scope: 'sending-domain', perStream: true, ...closedAtOnce } },
    },
  }
}
