import { readFileSync } from 'node:fs'
import { CliError } from '../cli-error.ts'
import { checkConfig } from './check-config.ts'
import { besideFile, readConfigFile, type ConfigFile } from './config-file.ts'
import type { Config } from './config.ts'

/** The flags that every command with a ledger has. */
export interface LedgerFlags {
  ledger?: string
  config?: string
}

/** The configuration that is in force: flags before the environment before the file. */
export type Settings = Omit<Config, 'policy'> & { policy?: Record<string, unknown> }

/**
 * Reads flags, environment and configuration file.
 *
 * @throws CliError `ECONFIG`
 */
export async function readSettings(
  flags: LedgerFlags,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Settings> {
  const file = await readConfigFile(flags.config ?? given(env, 'ICLOUD_DELIVERY_CONFIG'))
  const { policy, ...ofFile } = file === null ? {} : withAbsolutePaths(file)
  const { policy: policyOfEnv, ...ofEnv } = readEnvironment(env)
  const named = policyOfEnv ?? policy
  return {
    ...ofFile,
    ...ofEnv,
    ...(flags.ledger !== undefined && { ledger: flags.ledger }),
    ...(named !== undefined && { policy: typeof named === 'string' ? readPolicyFile(named) : named }),
  }
}

function withAbsolutePaths(file: ConfigFile): Config {
  const { ledger, policy, buffer, ...rest } = file.config
  return {
    ...rest,
    ...(ledger !== undefined && { ledger: beside(file, ledger) }),
    ...(buffer !== undefined && { buffer: besideFile(file, buffer) }),
    ...(policy !== undefined && { policy: typeof policy === 'string' ? besideFile(file, policy) : policy }),
  }
}

function beside(file: ConfigFile, ledger: string): string {
  if (isRedis(ledger)) return ledger
  return `file:${besideFile(file, pathOf(ledger))}`
}

/** Whether a ledger's name stands for a Redis. */
export function isRedis(ledger: string): boolean {
  return /^rediss?:/i.test(ledger)
}

/** The path in a ledger's name that is no Redis: `file:` may stand before it. */
export function pathOf(ledger: string): string {
  return ledger.replace(/^file:(\/\/(?=\/))?/, '')
}

function readEnvironment(env: NodeJS.ProcessEnv): Config {
  const ledger = given(env, 'ICLOUD_DELIVERY_LEDGER')
  const policy = given(env, 'ICLOUD_DELIVERY_POLICY')
  const sameMailbox = given(env, 'ICLOUD_DELIVERY_SAME_MAILBOX')
  const smtp = given(env, 'ICLOUD_DELIVERY_SMTP')
  const spamhausKey = given(env, 'ICLOUD_DELIVERY_SPAMHAUS_KEY')
  const addressKeys = given(env, 'ICLOUD_DELIVERY_ADDRESS_KEYS')
  const returnPath = given(env, 'ICLOUD_DELIVERY_RETURN_PATH')
  return {
    ...(ledger !== undefined && { ledger }),
    ...(policy !== undefined && { policy }),
    ...(smtp !== undefined && { smtp }),
    ...(spamhausKey !== undefined && { spamhausKey }),
    ...(sameMailbox !== undefined && {
      sameMailbox: readBoolean('ICLOUD_DELIVERY_SAME_MAILBOX', sameMailbox),
    }),
    ...(addressKeys !== undefined && readJson('addressKeys', 'ICLOUD_DELIVERY_ADDRESS_KEYS', addressKeys)),
    ...(returnPath !== undefined && readJson('returnPath', 'ICLOUD_DELIVERY_RETURN_PATH', returnPath)),
  }
}

/** An environment variable; one that is empty counts as not set. */
function given(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const value = env[name]
  return value === undefined || value === '' ? undefined : value
}

function readBoolean(name: string, value: string): boolean {
  if (value === 'true' || value === '1') return true
  if (value === 'false' || value === '0') return false
  throw new CliError('ECONFIG', `${name} must be true or false, found "${value.slice(0, 60)}"`)
}

const examples = {
  addressKeys: '[{"id":"2026","secret":"..."}]',
  returnPath: '{"domain":"example.com","keys":[{"id":"k1","secret":"..."}]}',
} as const

function readJson(key: keyof typeof examples, name: string, value: string): Config {
  let parsed: unknown
  try {
    parsed = JSON.parse(value)
  } catch {
    // The value is a secret: what JSON.parse says may quote it.
    throw new CliError('ECONFIG', `${name} must be JSON such as ${examples[key]}, found what is none`)
  }
  return checkConfig({ [key]: parsed }, name)
}

/**
 * A file with changes to the default policy.
 *
 * @throws CliError `ECONFIG`
 */
export function readPolicyFile(path: string): Record<string, unknown> {
  let policy: unknown
  try {
    policy = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new CliError('ECONFIG', `the policy file ${path} cannot be read: ${(error as Error).message}`, {
      cause: error,
    })
  }
  if (typeof policy === 'object' && policy !== null && !Array.isArray(policy))
    return policy as Record<string, unknown>
  throw new CliError(
    'ECONFIG',
    `the policy file ${path} must hold an object such as {"maxAgeSeconds":{"*":432000}}`,
  )
}
