import { exitCodes } from './exit-codes.ts'

/**
 * The codes of {@link CliError}. They are stable.
 *
 * | code | what it means |
 * |---|---|
 * | `EUSAGE` | an argument or option is missing or cannot be right |
 * | `ECONFIG` | a configuration file or an environment variable cannot be read or holds something wrong |
 * | `ENOLEDGER` | no ledger is named, or there is none at that place |
 * | `EFILE` | a file cannot be read or written |
 * | `ELISTEN` | a port cannot be had |
 * | `ENOTFOUND` | what is named, such as a hold or an incident, is not there |
 * | `ENOTCONFIRMED` | nobody confirmed a change; nothing was changed |
 */
export type CliErrorCode =
  | 'EUSAGE'
  | 'ECONFIG'
  | 'ENOLEDGER'
  | 'EFILE'
  | 'ELISTEN'
  | 'ENOTFOUND'
  | 'ENOTCONFIRMED'

const usage: readonly CliErrorCode[] = ['EUSAGE', 'ECONFIG', 'ENOLEDGER']

/** Ends a command: the message says what is wrong and what to do. */
export class CliError extends Error {
  override readonly name = 'CliError'
  readonly code: CliErrorCode

  constructor(code: CliErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** The exit code that an error leads to: `usage` for what the caller has to correct. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CliError) return usage.includes(error.code) ? exitCodes.usage : exitCodes.trouble
  const code = codeOf(error)
  return code === 'EARGUMENT' || code === 'EPOLICY' || code === 'ELEDGERURL'
    ? exitCodes.usage
    : exitCodes.trouble
}

/** The code that an error carries; `null` if it has none. */
export function codeOf(error: unknown): string | null {
  const code = error instanceof Error && 'code' in error ? error.code : null
  return typeof code === 'string' ? code : null
}
