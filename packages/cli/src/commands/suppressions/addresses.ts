import { CliError } from '../../cli-error.ts'

/**
 * Addresses of a command line; each counts once.
 *
 * @throws CliError `EUSAGE` for what is none: then nothing is done for the others either
 */
export function readAddresses(words: readonly string[]): string[] {
  for (const word of words)
    if (!/^[^\s@]{1,64}@[^\s@]{1,255}$/.test(word))
      throw new CliError(
        'EUSAGE',
        `"${word.slice(0, 100)}" is no address such as anna@icloud.com; nothing was changed`,
      )
  return [...new Set(words)]
}
