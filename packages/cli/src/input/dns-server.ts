import { Resolver } from 'node:dns/promises'
import type { DnsOptions } from '@icloud-delivery/preflight'
import type { Command } from 'commander'
import { CliError } from '../cli-error.ts'
import { wholeNumber } from './options.ts'

/** How DNS is asked. */
export interface DnsFlags {
  dns?: string
  dnsTimeout?: number
}

/** Adds `--dns` and `--dns-timeout`. */
export function withDns(command: Command): Command {
  return command
    .option(
      '--dns <server>',
      'the name server to ask: an IP, with :port if need be (default: those of this machine)',
    )
    .option('--dns-timeout <ms>', 'that one question may take (default: 5000)', wholeNumber(1, 600_000))
}

/** @throws CliError `EUSAGE` */
export function dnsOptions({ dns, dnsTimeout }: DnsFlags): DnsOptions {
  return {
    ...(dns !== undefined && { resolver: resolverAt(dns) }),
    ...(dnsTimeout !== undefined && { dnsTimeoutMs: dnsTimeout }),
  }
}

function resolverAt(server: string): Resolver {
  const resolver = new Resolver({ tries: 1 })
  try {
    resolver.setServers([server])
  } catch (error) {
    throw new CliError(
      'EUSAGE',
      `--dns must be an IP such as 192.0.2.53 or 192.0.2.53:5353, found "${server}"`,
      {
        cause: error,
      },
    )
  }
  return resolver
}
