import { lstatSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { CliError } from '../cli-error.ts'
import { isRedis, pathOf, type Settings } from '../config/settings.ts'

/** Where a ledger is. */
export interface LedgerPlace {
  /** For `openLedger`. May hold a password. */
  url: string
  /** The path of the file; `null` for Redis. */
  file: string | null
  /** For people, without a password. */
  shown: string
  /** False if the file is still to be made. */
  exists: boolean
}

/**
 * Finds the ledger that the settings name. Nothing is made.
 *
 * @param mayMake - whether a file that is missing may be made later
 * @throws CliError `ENOLEDGER` if none is named, if a file is missing that may not be made, or the directory of one that may
 */
export function findLedger({ ledger }: Settings, mayMake = false): LedgerPlace {
  if (ledger === undefined)
    throw new CliError(
      'ENOLEDGER',
      'no ledger is named: say --ledger FILE (or redis://host:port/db), set ICLOUD_DELIVERY_LEDGER, or write "ledger" into ' +
        'icloud-delivery.config.json. It is the one that your Haraka plugin or Nodemailer wrapper writes',
    )
  if (isRedis(ledger)) return { url: ledger, file: null, shown: withoutPassword(ledger), exists: true }
  if (
    ledger === 'memory:' ||
    pathOf(ledger) === '' ||
    /^[a-z][a-z0-9+.-]+:\/\//i.test(ledger.replace(/^file:/, ''))
  )
    throw new CliError('ENOLEDGER', 'a ledger must be a file or redis://host:port/db; found something else')
  const file = resolve(pathOf(ledger))
  const found = lstatSync(file, { throwIfNoEntry: false })
  const exists = found !== undefined && !(found.isFile() && found.size === 0)
  if (!exists && !mayMake)
    throw new CliError(
      'ENOLEDGER',
      `there is no ledger at ${file}, and none was made. Name the file that your mail server writes with --ledger FILE`,
    )
  const directory = dirname(file)
  if (!exists && statSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new CliError(
      'ENOLEDGER',
      `there is no directory ${directory} to make a ledger in: make it first (mkdir -p), or name another file`,
    )
  return { url: `file:${file}`, file, shown: file, exists }
}

function withoutPassword(ledger: string): string {
  if (!URL.canParse(ledger)) return 'redis'
  const url = new URL(ledger)
  url.username = ''
  url.password = ''
  return url.href
}
