import type { PolicyOptions } from '@icloud-delivery/engine'
import type { Tempo } from './tempo.ts'

/** Rules of which one reply closes its scope here, until the demo lets the probe go. */
export const closing: readonly string[] = ['policy-hm08', 'dmarc-failure']
/** Which is so long after the next mail of the stream has met the closed door. */
export const closedHours = 20
/** Of the life of a message: longer than it takes that mail to come there, however busy the machine is. */
const mostOfLife = 0.8

/**
 * Where the demo does not go by the defaults: one reply of these two closes its scope, not three within ten minutes, and a
 * share of the attempts. An hour has `hourSeconds`: a policy file is not scaled by `time_scale`.
 */
export function demoPolicy(hourSeconds: number, { lifeHours }: Pick<Tempo, 'lifeHours'>): PolicyOptions {
  const closedAtOnce = {
    count: 1,
    windowSeconds: hourSeconds,
    forSeconds: mostOfLife * lifeHours * hourSeconds,
    probeEverySeconds: (closedHours / 2) * hourSeconds,
  }
  return {
    maxAgeSeconds: { '*': lifeHours * hourSeconds },
    rules: {
      'policy-hm08': { hold: { scope: 'stream', ...closedAtOnce } },
      'dmarc-failure': { hold: { scope: 'sending-domain', perStream: true, ...closedAtOnce } },
    },
  }
}
