import { readFileSync } from 'node:fs'
import { CliError } from '../cli-error.ts'

/**
 * The hosts that the last send linked to, from what `lint --json` printed for it.
 *
 * @throws CliError `EFILE`
 */
export function readPreviousHosts(path: string): readonly string[] {
  let report: unknown
  try {
    report = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new CliError('EFILE', `${path} cannot be read: ${(error as Error).message}`, { cause: error })
  }
  const { linkHosts } = (report ?? {}) as { linkHosts?: unknown }
  if (Array.isArray(linkHosts) && linkHosts.every((host) => typeof host === 'string')) return linkHosts
  throw new CliError('EFILE', `${path} must hold what lint --json printed; it has no list "linkHosts"`)
}
