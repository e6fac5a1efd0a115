import { Resolver } from 'node:dns/promises'
import type { DnsOptions, DnsResolver } from '@icloud-delivery/preflight'
import type { Command } from 'commander'
import { CliError } from '../cli-error.ts'
import { wholeNumber } from './options.ts'

/** That of preflight. */
const usualMs = 5000

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
    ...(dns !== undefined && { resolver: resolverAt(dns, dnsTimeout ?? usualMs) }),
    ...(dnsTimeout !== undefined && { dnsTimeoutMs: dnsTimeout }),
  }
}

function resolverAt(server: string, ms: number): DnsResolver {
  try {
    new Resolver().setServers([server])
  } catch (error) {
    throw new CliError(
      'EUSAGE',
      `--dns must be an IP such as 192.0.2.53 or 192.0.2.53:5353, found "${server}"`,
      {
        cause: error,
      },
    )
  }
  return {
    async resolve(name, type) {
      // Not before it is asked: a mistake in the flags is told at once.
      const { wholeTimeResolver } = await import('@icloud-delivery/preflight')
      return wholeTimeResolver(ms, [server]).resolve(name, type)
    },
  }
}
