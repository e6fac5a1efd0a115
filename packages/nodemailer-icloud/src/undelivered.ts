import type { RejectedError } from './errors.ts'
import type { MailData } from './nodemailer-shapes.ts'

/**
 * Why somebody does not get a message, in the words of an application that looks for another way to reach him.
 *
 * - `full`, `inactive`: the mailbox takes nothing
 * - `suppressed`: there is no such mailbox, or this reader does not want this kind of mail
 * - `paused`: mail to this recipient is slowed down for now
 * - `held`: the IP address, domain, stream or campaign is held, or Apple is broken
 * - `busy`: it has to be tried again later than this send may
 * - `too-late`: it would arrive after its `deliverBy`
 * - `refused`: this message was refused, for a fault that is not the recipient's
 * - `failed`: no reply of Apple's: the relay, the connection or this machine
 */
export type UndeliveredCause =
  | 'full'
  | 'inactive'
  | 'suppressed'
  | 'paused'
  | 'held'
  | 'busy'
  | 'too-late'
  | 'refused'
  | 'failed'

/** What is known about a recipient that does not get a message. */
export interface UndeliveredVerdict {
  recipient: string
  cause: UndeliveredCause
  /** ms since the epoch: when it could be tried again; `null` if there is no use in that, or it is not known. */
  retryAt: number | null
  /** As listed in `rejectedErrors`. */
  error: RejectedError
}

/**
 * Called once for each recipient at Apple, or suppressed one, that does not get a message. Nothing waits for it; what it
 * throws is logged.
 *
 * @param message the mail as it was given to `sendMail`, with the defaults of the transporter
 */
export type OnUndelivered = (message: MailData, verdict: UndeliveredVerdict) => unknown

/** Says what a failure means to an application. */
export function undeliveredVerdict(error: RejectedError): UndeliveredVerdict {
  const { recipient, retryAt } = error
  return { recipient, cause: causeOf(error), retryAt, error }
}

function causeOf({ code, rule, action }: RejectedError): UndeliveredCause {
  if (code === 'EEXPIRED') return 'too-late'
  if (rule === 'mailbox-full') return 'full'
  if (rule === 'inactive-account') return 'inactive'
  switch (code) {
    case 'ESUPPRESSED':
      return 'suppressed'
    case 'EHELD':
      return 'held'
    case 'ERETRYEXHAUSTED':
      return action === null && rule !== null ? 'paused' : 'busy'
    case 'ESOFTBOUNCE':
    case 'EREFUSED':
    case 'EPREFLIGHT':
      return 'refused'
    default:
      return 'failed'
  }
}

/** Tells the hook, and never throws. `warn`: hears what the hook threw. */
export function tellUndelivered(
  hook: OnUndelivered,
  message: MailData,
  error: RejectedError,
  warn: (text: string) => void,
): void {
  const complain = (thrown: unknown): void => warn(`onUndelivered failed: ${String(thrown)}`)
  try {
    const result = hook(message, undeliveredVerdict(error))
    if (result instanceof Promise) result.catch(complain)
  } catch (thrown) {
    complain(thrown)
  }
}
