import { type Command, InvalidArgumentError, Option } from 'commander'

/** The flags of a command that prints what programs can read. */
export interface JsonFlag {
  json?: true
}

/** Adds `--ledger` and `--config`. */
export function withLedger(command: Command): Command {
  return withConfig(
    command.option(
      '--ledger <place>',
      'the ledger: a file, or redis://host:port/db (ICLOUD_DELIVERY_LEDGER)',
    ),
  )
}

/** Adds `--config`. */
export function withConfig(command: Command): Command {
  return command.option(
    '--config <file>',
    'default: icloud-delivery.config.ts, .js or .json here (ICLOUD_DELIVERY_CONFIG)',
  )
}

/** Adds `--json`. */
export function withJson(command: Command, what = 'print JSON'): Command {
  return command.option('--json', what)
}

/** Adds `--yes`. */
export function withYes(command: Command): Command {
  return command.option('-y, --yes', 'do not ask; needed where nobody can be asked')
}

/** An option that may be given several times. */
export function repeated(flags: string, description: string): Option {
  return new Option(flags, description).argParser((value, before: string[] | undefined) => [
    ...(before ?? []),
    value,
  ])
}

/** An address; the engine looks at it more closely. */
export function mailAddress(value: string): string {
  if (value.includes('@')) return value
  throw new InvalidArgumentError('Expected an address such as anna@icloud.com.')
}

/** A whole number from `least` to `most`. */
export function wholeNumber(least: number, most: number): (value: string) => number {
  return (value) => {
    const number = /^\d{1,9}$/.test(value) ? Number(value) : NaN
    if (number >= least && number <= most) return number
    throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}.`)
  }
}
