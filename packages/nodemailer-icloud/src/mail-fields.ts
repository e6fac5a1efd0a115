import { configError } from './config-error.ts'
import type { MailData } from './nodemailer-shapes.ts'
import type { OnUndelivered } from './undelivered.ts'

/** What a mail may carry for this package, beside the fields of Nodemailer. */
export interface IcloudMailFields {
  /**
   * When the message is of no use any more, such as a code that people wait for: a `Date`, ms since the epoch, or text that
   * `Date` reads. For recipients at Apple: nothing is tried from then on, nor waited for, and they fail with `EEXPIRED`.
   */
  deliverBy?: Date | number | string | undefined
  /**
   * Called for this mail instead of the option `onUndelivered`. With an outbox as long as this process lives: it needs that option
   * too, for after a restart.
   */
  onUndelivered?: OnUndelivered | undefined
}

/**
 * The `deliverBy` of a mail in ms since the epoch; `null` if it has none.
 *
 * @throws Error `ECONFIG` for what is no time
 */
export function deliverByOf({ deliverBy }: MailData): number | null {
  if (deliverBy === undefined || deliverBy === null) return null
  // `Number` reads a Date and a number, `Date.parse` what became of a Date on its way through JSON.
  const at =
    typeof deliverBy === 'string'
      ? Date.parse(deliverBy)
      : typeof deliverBy === 'boolean'
        ? NaN
        : Number(deliverBy)
  if (Number.isFinite(at)) return at
  throw configError('deliverBy of a mail', 'a Date, ms since the epoch or an ISO 8601 date', deliverBy)
}
