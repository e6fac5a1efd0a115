import { Command, InvalidArgumentError } from 'commander'
import type { SimulatorOptions } from './options.ts'
import { readScriptFile } from './script-file.ts'

/** What the command line asks for. */
export interface CommandLine {
  list: boolean
  json: boolean
  options: SimulatorOptions
}

interface Flags {
  port: number
  address: string
  host: string
  secondPort?: number
  secondAddress?: string
  secondHost: string
  starttls: boolean
  script?: string
  limitRecipient?: number
  limitConnections?: number
  json?: true
  list?: true
}

/** Reads the command line. Commander ends the process where it is wrong (exit code 2), or asks for help. */
export function readCommandLine(argv: readonly string[]): CommandLine {
  const command = new Command('icloud-mx-simulator')
    .description("An SMTP server that answers as Apple's iCloud MX does. It delivers nothing.")
    .option('--port <number>', 'port to listen on, 0 for any free one', wholeFrom(0), 2526)
    .option('--address <ip>', 'IP address to listen on', '127.0.0.1')
    .option('--host <name>', 'name in the greeting', 'mx01.mail.icloud.com')
    .option('--second-port <number>', 'start a second host on this port', wholeFrom(0))
    .option('--second-address <ip>', 'start a second host on this IP address')
    .option('--second-host <name>', 'name of the second host', 'mx02.mail.icloud.com')
    .option('--no-starttls', 'do not offer STARTTLS')
    .option('--script <file>', 'JSON file with steps for recipients and connections')
    .option('--limit-recipient <number>', 'messages a minute to one recipient, more get a 421', wholeFrom(0))
    .option('--limit-connections <number>', 'connections at a time from one IP address', wholeFrom(1))
    .option('--json', 'one JSON object a line instead of text')
    .option('--list', 'print which recipient gets which reply, and exit')
    .allowExcessArguments(false)
    .showHelpAfterError('(see --help)')
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
    .parse(argv)
  const flags = command.opts<Flags>()
  return { list: flags.list ?? false, json: flags.json ?? false, options: optionsOf(flags) }
}

function optionsOf(flags: Flags): SimulatorOptions {
  const { port, address, secondPort, secondAddress, limitRecipient, limitConnections } = flags
  const second = {
    name: flags.secondHost,
    port: secondPort ?? port,
    address: secondAddress ?? address,
  }
  const hasSecond = secondPort !== undefined || secondAddress !== undefined
  return {
    hosts: [{ name: flags.host, port, address }, ...(hasSecond ? [second] : [])],
    starttls: flags.starttls,
    limits: {
      ...(limitRecipient === undefined ? {} : { messagesPerRecipientPerMinute: limitRecipient }),
      ...(limitConnections === undefined ? {} : { connectionsPerClient: limitConnections }),
    },
    // They are printed, and nobody asks for them again.
    history: 0,
    ...(flags.script === undefined ? {} : readScriptFile(flags.script)),
  }
}

function wholeFrom(minimum: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (/^\d{1,9}$/.test(text) && value >= minimum) return value
    throw new InvalidArgumentError(`Expected a whole number from ${minimum}.`)
  }
}
