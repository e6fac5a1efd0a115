import { accessSync, constants } from 'node:fs'
import { CliError } from '../cli-error.ts'
import type { Settings } from '../config/settings.ts'
import { onTrial } from '../ledger/on-trial.ts'
import { bounceOptions } from './bounce-options.ts'
import { imapAccount } from './imap-account.ts'
import type { IngestFlags, Source } from './ingest-flags.ts'

/**
 * Looks whether a source can be read and the configuration is good, before anything is made.
 *
 * @throws CliError `EFILE`, `ECONFIG`, `EUSAGE`; FeedbackError `EARGUMENT`
 */
export async function checkSource(
  source: Source,
  { maildir, mbox, log, folder, stream, lane, follow, timeZone }: IngestFlags,
  settings: Settings,
): Promise<void> {
  if (folder === '') throw new CliError('EUSAGE', '--folder must be the name of a folder')
  if (lane === '') throw new CliError('EUSAGE', '--lane must be a name')
  if (timeZone !== undefined && !isTimeZone(timeZone))
    throw new CliError(
      'EUSAGE',
      `--time-zone must be an IANA name such as Europe/Berlin, or an offset such as +02:00, found "${timeZone.slice(0, 60)}"`,
    )
  if (source === 'maildir') readable(maildir, 'a Maildir')
  if (source === 'mbox' && mbox !== '-') readable(mbox, 'an mbox')
  // A log that is followed may be still to come.
  if (source === 'log') return follow === true ? undefined : readable(log, 'a log')
  if (source === 'imap') imapAccount(settings)
  const { createBounces, createFeedback } = await import('@icloud-delivery/feedback')
  await onTrial((engine) => createBounces(bounceOptions(createFeedback({ engine }), settings, stream)))
}

function readable(path = '', what: string): void {
  try {
    accessSync(path, constants.R_OK)
  } catch (error) {
    const why = (error as Error).message.replace(/, access .*$/s, '')
    throw new CliError('EFILE', `${path} cannot be read as ${what}: ${why}`, { cause: error })
  }
}

function isTimeZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
