import { oneLine } from './one-line.ts'
import type { Address } from './haraka.ts'
import { clearOutcome } from './outcome.ts'
import { printable } from './printable.ts'
import type { Seen } from './seen.ts'

/** Too old to be tried again (RFC 3463, 3.5). */
export const EXPIRED = '5.4.7'

/** A header line may have 998 characters (RFC 5322, 2.1.1). */
const LONGEST_TEXT = 900

/**
 * Notes on a recipient what its DSN is to say: Action, Status, Remote-MTA and Diagnostic-Code (RFC 3464, 2.3).
 *
 * @param status overrides the status of the reply
 */
export function markFailed(recipient: Address, seen: Seen, status?: string): void {
  const { code, enhanced, words } = oneLine(seen.text)
  const shown = printable(words, LONGEST_TEXT)
  clearOutcome(recipient)
  recipient.dsn_action = 'failed'
  // The refusal may have been a temporary one; giving up is not.
  recipient.dsn_status = status ?? `5${(enhanced ?? '5.0.0').slice(1)}`
  recipient.dsn_smtp_code = code
  recipient.dsn_smtp_extc = enhanced ?? undefined
  recipient.dsn_smtp_response = shown
  if (seen.mx !== null) recipient.dsn_remote_mta = `dns; ${printable(seen.mx, 255)}`
  recipient.reason = [code, enhanced, shown].filter(Boolean).join(' ')
}

/**
 * The same for a recipient that nothing was sent to: there is no remote host.
 *
 * @param status an enhanced status code of class 5
 * @param why ours, not Apple's: it says so
 */
export function markUnsent(recipient: Address, status: string, why: string): void {
  clearOutcome(recipient)
  recipient.dsn_action = 'failed'
  recipient.dsn_status = status
  recipient.dsn_smtp_code = '550'
  recipient.dsn_smtp_extc = status
  recipient.dsn_smtp_response = why
  recipient.reason = `550 ${status} ${why}`
}
