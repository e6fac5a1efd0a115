import { CliError } from '../cli-error.ts'

/**
 * A host, with a port if there is one: `smtp.example.com:587`, `[2001:db8::1]:465`.
 *
 * @throws CliError `EUSAGE`
 */
export function hostAndPort(text: string, option: string): { host: string; port?: number } {
  const [, bracketed, plain, port] = /^(?:\[([^\]]{1,64})\]|([^:\s]{1,253}))(?::(\d{1,5}))?$/.exec(text) ?? []
  const host = bracketed ?? plain
  const number = port === undefined ? undefined : Number(port)
  if (host === undefined || (number !== undefined && (number < 1 || number > 65_535)))
    throw new CliError(
      'EUSAGE',
      `${option} must be a host such as smtp.example.com:587, found "${text.slice(0, 100)}"`,
    )
  return { host, ...(number !== undefined && { port: number }) }
}
