import { isIP } from 'node:net'
import { verifyReturnPath, type ReturnPath } from '@icloud-delivery/engine'
import { argument, FeedbackError } from '../errors.ts'
import { callable, feedback, flag, later, list, text } from '../options/check.ts'
import { checkOptions, objectOf, type Check, type Checks } from '../options/check-options.ts'
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

const host = text('a name of a host')
const address: Check = (value, name) => {
  if (typeof value !== 'string' || isIP(value) === 0) throw argument(name, 'an IP address', value)
}
const hostChecks: Checks<OwnHosts> = {
  hosts: list(host, 'names of hosts'),
  addresses: list(address, 'IP addresses'),
}
const returnPathChecks: Checks<SignedPaths> = { domain: later, prefix: later, keys: later }
const checks: Checks<BouncesOptions> = {
  feedback,
  returnPath(value, name) {
    objectOf(returnPathChecks)(value, name)
    try {
      verifyReturnPath('', value as SignedPaths)
    } catch (error) {
      // Says what is wrong with a key, a domain or a prefix, and never shows a secret.
      const { message } = error as Error
      throw new FeedbackError('EARGUMENT', message.replace(/^verifyReturnPath: /, `${name}.`), {
        cause: error,
      })
    }
  },
  addressFields: list(text('a name of a field'), 'names of fields'),
  recipientsOf: callable,
  relays(value, name) {
    const relay = objectOf<OwnRelay>({ ...hostChecks, lane: text('a name') })
    list(relay, 'relays')(value, name)
    for (const [index, { hosts }] of (value as OwnRelay[]).entries()) {
      if (hosts === undefined || hosts.length === 0)
        throw argument(`${name}[${index}].hosts`, 'at least one name, as its Reporting-MTA has it', hosts)
    }
  },
  receivers(value, name) {
    objectOf(hostChecks)(value, name)
    const { hosts } = value as OwnHosts
    if (hosts === undefined) throw argument(`${name}.hosts`, 'a list of names of hosts', hosts)
  },
  actOnUnsigned: flag,
  stream: text('a name'),
  clock: callable,
}

/** Throws `EARGUMENT` for options that cannot be right. */
export function checkedBounces(options: BouncesOptions): CheckedBounces {
  checkOptions('createBounces', options, checks)
  if (options.feedback === undefined)
    throw argument('createBounces: feedback', 'what createFeedback gave', options.feedback)
  return {
    feedback: options.feedback,
    returnPath: options.returnPath ?? null,
    addressFields: options.addressFields ?? defaultAddressFields,
    recipientsOf: options.recipientsOf ?? null,
    relays: options.relays ?? [],
    receivers: options.receivers ?? { hosts: [] },
    actOnUnsigned: options.actOnUnsigned === true,
    stream: options.stream ?? null,
    clock: options.clock ?? Date.now,
  }
}
