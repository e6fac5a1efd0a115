import type { Letter, LetterRequest } from '@icloud-delivery/engine'
import { CliError } from '../cli-error.ts'
import type { Config } from '../config/config.ts'
import { textOrFile } from '../input/text-or-file.ts'
import type { Opened } from '../ledger/with-engine.ts'

/** Who gets a letter. */
export type Receiver = 'apple' | 'proofpoint' | 'spamhaus'

/** What the command line says of a letter. */
export interface LetterFlags {
  company?: string
  domain?: string
  ip?: string[]
  contact?: string
  description?: string
  remediation?: string
  since?: number
  until?: number
  startedAt?: number
  rule?: string[]
  showRecipients?: true
}

/**
 * Writes a letter from what was recorded, and what the command line and the configuration say.
 *
 * @throws CliError `EUSAGE` for what is missing; EngineError `EARGUMENT` for what cannot be right
 */
export async function writeLetter(
  receiver: Receiver,
  { engine, settings }: Opened,
  flags: LetterFlags,
): Promise<Letter> {
  const { appleLetter, proofpointLetter, spamhausLetter } = await import('@icloud-delivery/engine')
  const request = requestOf(flags, settings.report ?? {})
  const { description, remediation } = flags
  if (receiver === 'apple')
    return appleLetter(engine, {
      ...request,
      description: textOrFile(needed(description, '--description "what is wrong, and since when"')),
      ...(remediation !== undefined && { remediation: textOrFile(remediation) }),
    })
  if (description !== undefined)
    throw new CliError(
      'EUSAGE',
      `--description is for Apple; tell ${receiver} what was done with --remediation`,
    )
  const told = textOrFile(needed(remediation, '--remediation "what led to it, and what was done"'))
  const letter = receiver === 'proofpoint' ? proofpointLetter : spamhausLetter
  return letter(engine, { ...request, remediation: told })
}

function requestOf(flags: LetterFlags, configured: NonNullable<Config['report']>): LetterRequest {
  const { since, until, startedAt, rule, showRecipients } = flags
  const contact = flags.contact ?? configured.contact
  return {
    company: needed(flags.company ?? configured.company, '--company NAME'),
    domain: needed(flags.domain ?? configured.domain, '--domain NAME'),
    ips: needed(flags.ip ?? configured.ips, '--ip ADDRESS'),
    ...(contact !== undefined && { contact }),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
    ...(startedAt !== undefined && { startedAt }),
    ...(rule !== undefined && { rules: rule }),
    recipients: showRecipients === true ? 'shown' : 'redacted',
  }
}

function needed<T>(value: T | undefined, flag: string): T {
  if (value !== undefined) return value
  throw new CliError(
    'EUSAGE',
    `the letter needs ${flag}; what stays the same can stand in the configuration as "report"`,
  )
}
