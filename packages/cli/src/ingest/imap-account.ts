import { readFileSync } from 'node:fs'
import type { ImapOptions } from '@icloud-delivery/feedback'
import { CliError } from '../cli-error.ts'
import type { Settings } from '../config/settings.ts'

const form = 'imaps://user:password@imap.example.com/INBOX'

/**
 * The mailbox that bounces come to: from the environment (`ICLOUD_DELIVERY_IMAP`) or the configuration, as flags can be seen by others.
 *
 * @throws CliError `ECONFIG`
 */
export function imapAccount(
  { imap }: Settings,
  env: NodeJS.ProcessEnv = process.env,
): Omit<ImapOptions, 'progress' | 'signal'> {
  const url = env.ICLOUD_DELIVERY_IMAP
  if (url !== undefined && url !== '') return readUrl(url)
  if (imap === undefined)
    throw new CliError(
      'ECONFIG',
      `set ICLOUD_DELIVERY_IMAP to ${form}, or write "imap" into the configuration file`,
    )
  const { user, pass, accessToken, ca, ...rest } = imap
  if (pass === undefined && accessToken === undefined)
    throw new CliError('ECONFIG', '"imap" needs "pass" or "accessToken"')
  return {
    ...rest,
    auth: { user, ...(pass !== undefined && { pass }), ...(accessToken !== undefined && { accessToken }) },
    ...(ca !== undefined && { tls: { ca: readFileSync(ca, 'utf8') } }),
  }
}

/** What is wrong is never shown: it holds a password. */
function readUrl(text: string): Omit<ImapOptions, 'progress' | 'signal'> {
  const url = URL.canParse(text) ? new URL(text) : null
  if (
    url === null ||
    !['imap:', 'imaps:'].includes(url.protocol) ||
    url.hostname === '' ||
    url.username === ''
  )
    throw new CliError(
      'ECONFIG',
      `ICLOUD_DELIVERY_IMAP must be ${form}; imap:// is STARTTLS. % is written as %25, @ as %40`,
    )
  try {
    const folder = decodeURIComponent(url.pathname.slice(1))
    return {
      host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
      secure: url.protocol === 'imaps:',
      auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) },
      ...(url.port !== '' && { port: Number(url.port) }),
      ...(folder !== '' && { folder }),
    }
  } catch {
    throw new CliError('ECONFIG', `ICLOUD_DELIVERY_IMAP must be ${form}; a % is written as %25`)
  }
}
