import { isIP } from 'node:net'
import type { ReturnPath } from '@icloud-delivery/engine'
import { argument } from '../errors.ts'
import type { Feedback } from '../recorder/feedback.ts'
import type { OwnHosts, OwnRelay } from './trust/own-relay.ts'
import { defaultAddressFields, type SignedPaths } from './trust/signed-for.ts'

/** What {@link createBounces} takes. */
export interface BouncesOptions {
  feedback: Feedback
  /** As for `signReturnPath`. Without it no bounce is known to be signed. */
  returnPath?: SignedPaths
  /**
   * Fields in which your mail server writes the address that it delivers to; of each the topmost counts. Default
   * `Delivered-To`, `X-Original-To` and `Envelope-To`.
   */
  addressFields?: readonly string[]
  /**
   * Recipients that you keep for a return path, by its `id`, `recipientToken` or `messageToken`: for bounces that do not name
   * the one they are about. Default: only who is named in the bounce comes into question.
   */
  recipientsOf?: (path: ReturnPath) => Iterable<string> | Promise<Iterable<string>>
  /**
   * Relays of yours. What one of them wrote, and nobody outside handed over, counts for all that it says: for each of its
   * recipients, and for its lane. `receivers` has to name the hosts that take the bounces in. Default: none.
   */
  relays?: readonly OwnRelay[]
  /** Your own MX and whatever mail passes behind it on the way to the mailbox. */
  receivers?: OwnHosts
  /**
   * Believe whoever says that a recipient is gone, without a signature. Anybody can suppress any of your recipients then. Default
   * false: such bounces are listed, and not acted on.
   */
  actOnUnsigned?: boolean
  /** The stream of what bounces. Default `transactional`. */
  stream?: string
  /** ms since the epoch. Default `Date.now`. */
  clock?: () => number
}

/** {@link BouncesOptions} that were looked at, with defaults filled in. */
export interface CheckedBounces {
  feedback: Feedback
  returnPath: SignedPaths | null
  addressFields: readonly string[]
  recipientsOf: NonNullable<BouncesOptions['recipientsOf']> | null
  relays: readonly OwnRelay[]
  receivers: OwnHosts
  actOnUnsigned: boolean
  stream: string | null
  clock: () => number
}

/** Throws `EARGUMENT` for options that cannot be right. */
export function checkedBounces(options: BouncesOptions): CheckedBounces {
  const {
    feedback,
    relays = [],
    receivers = { hosts: [] },
    addressFields = defaultAddressFields,
  } = options ?? {}
  if (typeof feedback?.record !== 'function')
    throw argument('createBounces: feedback', 'what createFeedback gives', feedback)
  for (const [name, list] of [
    ['addressFields', addressFields],
    ['receivers.hosts', receivers.hosts],
    ['receivers.addresses', receivers.addresses ?? []],
    ...relays.flatMap(({ hosts, addresses = [] }, index) => [
      [`relays[${index}].hosts`, hosts] as const,
      [`relays[${index}].addresses`, addresses] as const,
    ]),
  ] as const) {
    if (!Array.isArray(list) || list.some((one) => typeof one !== 'string' || one === ''))
      throw argument(`createBounces: ${name}`, 'a list of names', list)
  }
  for (const [index, address] of [receivers, ...relays]
    .flatMap(({ addresses = [] }) => addresses)
    .entries()) {
    if (isIP(address) === 0) throw argument(`createBounces: address ${index + 1}`, 'an IP address', address)
  }
  const nameless = relays.findIndex(({ hosts }) => hosts.length === 0)
  if (nameless >= 0)
    throw argument(
      `createBounces: relays[${nameless}].hosts`,
      'at least one name, as its Reporting-MTA has it',
      [],
    )
  return {
    feedback,
    returnPath: options.returnPath ?? null,
    addressFields,
    recipientsOf: options.recipientsOf ?? null,
    relays,
    receivers,
    actOnUnsigned: options.actOnUnsigned === true,
    stream: options.stream ?? null,
    clock: options.clock ?? Date.now,
  }
}
