import { readFileSync } from 'node:fs'
import { CliError } from '../cli-error.ts'

/**
 * A text of the command line, or with `@` in front what a file holds.
 *
 * @throws CliError `EFILE`
 */
export function textOrFile(value: string): string {
  if (!value.startsWith('@')) return value
  const path = value.slice(1)
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (error) {
    throw new CliError('EFILE', `${path} cannot be read: ${(error as Error).message}`, { cause: error })
  }
}
