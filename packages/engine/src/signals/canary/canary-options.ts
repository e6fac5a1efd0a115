import { didYouMean } from '../../did-you-mean.ts'
import { EngineError, found } from '../../errors.ts'
import { argument, nameOf } from '../../subject.ts'

/** A test batch: the first recipients of a campaign go, the rest waits for what Apple says to them. */
export interface CanaryOptions {
  /** The campaign, as in `admit` and `record`. */
  id: string
  /** So many recipients go first. 1 to 1,000. Default 100. */
  size?: number
  /** Their replies are waited for so many seconds from the first one on. More than 0, at most a week. Default 3,600. */
  waitSeconds?: number
  /**
   * More refusals than that for reasons of the sender's (policy, reputation, authentication, IP) stop the campaign: below 1
   * a share, from 1 on a number. Default 0.02.
   */
  maxBad?: number
  /** The same for faults of the recipients, such as addresses that do not exist. Default 0.1. */
  maxRecipientFaults?: number
}

const longestWait = 7 * 86_400

/** {@link CanaryOptions} with the defaults. Throws `EARGUMENT`, which names the option. */
export function checkCanary(options: CanaryOptions): Required<CanaryOptions> {
  const call = 'canary'
  if (typeof options !== 'object' || options === null)
    throw argument(call, 'the request', 'an object such as { id: "spring" }', options)
  const defaults = { size: 100, waitSeconds: 3600, maxBad: 0.02, maxRecipientFaults: 0.1 }
  const known = ['id', ...Object.keys(defaults)]
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue
    throw new EngineError(
      'EARGUMENT',
      `${call}: there is no option ${found(name)}${didYouMean(name, known)}; expected one of ${known.join(', ')}`,
    )
  }
  const id = nameOf(options.id, '', call, 'id')
  if (id === '') throw argument(call, 'id', 'the name of a campaign', options.id)
  const { size, waitSeconds, maxBad, maxRecipientFaults } = { ...defaults, ...options }
  if (!Number.isInteger(size) || size < 1 || size > 1000)
    throw argument(call, 'size', 'a whole number from 1 to 1000', size)
  if (!(typeof waitSeconds === 'number' && waitSeconds > 0 && waitSeconds <= longestWait))
    throw argument(call, 'waitSeconds', `seconds, more than 0 and at most ${longestWait}`, waitSeconds)
  for (const [name, value] of Object.entries({ maxBad, maxRecipientFaults })) {
    if (!(typeof value === 'number' && value >= 0 && value <= 1000))
      throw argument(call, name, 'a share below 1, or a number up to 1000', value)
  }
  return { id, size, waitSeconds, maxBad, maxRecipientFaults }
}
