import { existsSync, readFileSync } from 'node:fs'
import { extname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { CliError, codeOf } from '../cli-error.ts'
import { checkConfig } from './check-config.ts'
import type { Config } from './config.ts'

/** The names that are looked for in the working directory, the first one counts. */
export const configNames: readonly string[] = ['ts', 'mts', 'js', 'mjs', 'json'].map(
  (ending) => `icloud-delivery.config.${ending}`,
)

/** A configuration file that was read. */
export interface ConfigFile {
  /** Absolute. */
  path: string
  config: Config
}

/**
 * Reads the configuration file.
 *
 * @param named - the file that was asked for; without it the working directory is looked at
 * @returns `null` if none was named and none is there
 * @throws CliError `ECONFIG`
 */
export async function readConfigFile(named: string | undefined): Promise<ConfigFile | null> {
  const path = named === undefined ? findConfigFile() : resolve(named)
  if (path === null) return null
  if (!existsSync(path)) throw new CliError('ECONFIG', `there is no configuration file ${path}`)
  return { path, config: checkConfig(await load(path), path) }
}

function findConfigFile(): string | null {
  const found = configNames.map((name) => resolve(name)).filter((path) => existsSync(path))
  if (found.length > 1)
    throw new CliError(
      'ECONFIG',
      `there are several configuration files (${found.join(', ')}): keep one, or say --config FILE`,
    )
  return found[0] ?? null
}

async function load(path: string): Promise<unknown> {
  try {
    if (extname(path) === '.json') return JSON.parse(readFileSync(path, 'utf8'))
    return ((await import(pathToFileURL(path).href)) as { default?: unknown }).default
  } catch (error) {
    throw new CliError('ECONFIG', `${path} cannot be read: ${reasonOf(error)}`, { cause: error })
  }
}

function reasonOf(error: unknown): string {
  return codeOf(error) === 'ERR_UNKNOWN_FILE_EXTENSION'
    ? `TypeScript needs Node 22.18 or newer, found ${process.version}; update Node, or use .js or .json`
    : (error as Error).message
}

/** The directory that relative paths in a configuration file start at. */
export function besideFile({ path }: ConfigFile, relative: string): string {
  return resolve(join(path, '..'), relative)
}
