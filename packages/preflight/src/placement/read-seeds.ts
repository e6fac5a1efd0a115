import { open } from 'node:fs/promises'
import { PreflightError } from '../errors.ts'
import { list, text } from '../options/check.ts'
import { checkOptions, type Shape } from '../options/check-options.ts'
import { mailAccount, type MailAccount } from '../imap/mail-account.ts'

/** Where the seeds stand, as JSON: `[{ "address": "seed@icloud.com", "password": "..." }]`. One of the two. */
export interface SeedSource {
  /** A file that nobody else may read: mode 600. */
  file?: string
  /** The name of an environment variable. Default without `file`: ICLOUD_DELIVERY_SEEDS. */
  env?: string
}

const shape: Shape<SeedSource> = {
  checks: { file: text('a path'), env: text('the name of an environment variable') },
}
const mostBytes = 1024 * 1024
const accounts = list(mailAccount, 'seeds')

/**
 * The seeds in a file or in the environment. Their passwords are there, but neither `console.log` nor JSON shows them.
 *
 * @throws PreflightError `EARGUMENT`; `EINPUT` if they cannot be read, or others may read the file
 */
export async function readSeeds(source: SeedSource = {}): Promise<MailAccount[]> {
  checkOptions('readSeeds', source, shape)
  const { file, env } = source
  if (file !== undefined && env !== undefined)
    throw new PreflightError('EARGUMENT', 'readSeeds: give file or env, not both.')
  return file === undefined ? fromEnvironment(env ?? 'ICLOUD_DELIVERY_SEEDS') : fromFile(file)
}

function fromEnvironment(name: string): MailAccount[] {
  const value = process.env[name]
  if (value === undefined || value === '')
    throw new PreflightError('EINPUT', `The environment variable ${name} is not set. ${format}`)
  return parse(value, `The environment variable ${name}`)
}

async function fromFile(path: string): Promise<MailAccount[]> {
  let content: string
  try {
    await using file = await open(path)
    const { mode, size } = await file.stat()
    if (process.platform !== 'win32' && (mode & 0o077) !== 0)
      throw new Error(`others may read or change it (mode ${(mode & 0o777).toString(8)}): chmod 600 ${path}`)
    if (size > mostBytes) throw new Error(`it is larger than ${mostBytes} bytes`)
    content = await file.readFile('utf8')
  } catch (error) {
    const { message } = error as Error
    throw new PreflightError('EINPUT', `The file of seeds cannot be used: ${message}`, { cause: error })
  }
  return parse(content, `The file of seeds ${path}`)
}

const format = 'Expected JSON: [{ "address": "seed@icloud.com", "password": "an app-specific password" }]'

function parse(content: string, what: string): MailAccount[] {
  let value: unknown
  try {
    value = JSON.parse(content)
  } catch {
    // Without its cause: that quotes what it could not read.
    throw new PreflightError('EINPUT', `${what} is no JSON. ${format}`)
  }
  accounts(value, what)
  return (value as MailAccount[]).map(({ password, ...shown }) =>
    Object.defineProperty(shown as MailAccount, 'password', { value: password, enumerable: false }),
  )
}
