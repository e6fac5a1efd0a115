import constants from 'haraka-constants'
import type { GivenMx, Mx, Outbound } from './haraka.ts'
import type { Answerer } from './seen.ts'

/** DNS will tell, and it is Apple. */
const unknown: Answerer = { mx: null, direct: true, ip: null }

/**
 * Who will answer, as far as it is known before the connection is made.
 *
 * Without an answer of a plugin Haraka asks DNS, and the mail of a domain of Apple's goes to Apple. A plugin (`relay`,
 * `smtp_forward` or one's own) may send it to a smart host, whose way to Apple is its own: what Apple has against this
 * host's address does not concern it.
 *
 * @param code what the `get_mx` hooks answered
 * @param given the MX that came with it
 */
export function routeOf(
  code: number,
  given: GivenMx | undefined,
  outbound: () => Outbound,
  whoAnswers: (mx: Mx) => Answerer,
): Answerer {
  if (code !== constants.ok || given === undefined) return unknown
  const { HarakaMx } = outbound().net_utils
  const list = Array.isArray(given) ? (given as readonly (string | Mx)[]) : [given as string | Mx]
  const answerers = list.map((mx) => whoAnswers(typeof mx === 'string' ? new HarakaMx(mx) : mx))
  return answerers.find(({ direct }) => direct) ?? answerers[0] ?? unknown
}
