import { CliError } from '../cli-error.ts'

/**
 * Where test mail is handed in. The environment and the configuration may hold a password, a flag never: others see it.
 *
 * @throws CliError `EUSAGE`
 */
export function smtpUrl(flag: string | undefined, configured: string | undefined): string {
  const url = flag ?? configured
  if (url === undefined)
    throw new CliError(
      'EUSAGE',
      'say where mail is handed in: --smtp smtp://localhost:25, or ICLOUD_DELIVERY_SMTP',
    )
  const parsed = URL.canParse(url) ? new URL(url) : null
  if (parsed === null || !['smtp:', 'smtps:'].includes(parsed.protocol) || parsed.hostname === '')
    throw new CliError(
      'EUSAGE',
      'the server must be a URL such as smtp://localhost:25 or smtps://smtp.example.com',
    )
  if (flag !== undefined && parsed.password !== '')
    throw new CliError(
      'EUSAGE',
      'a password must not stand in a flag: put the URL into ICLOUD_DELIVERY_SMTP instead',
    )
  return url
}
