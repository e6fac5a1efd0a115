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

/** Each question has a Resolver of its own: after three quick answers c-ares waits for a second only, whatever it is told. */
function resolverAt(server: string, ms: number): DnsResolver {
  const fresh = (): Resolver => {
    const resolver = new Resolver({ timeout: ms, maxTimeout: ms, tries: 1 })
    resolver.setServers([server])
    return resolver
  }
  try {
    fresh()
  } catch (error) {
    throw new CliError(
      'EUSAGE',
      `--dns must be an IP such as 192.0.2.53 or 192.0.2.53:5353, found "${server}"`,
      {
        cause: error,
      },
    )
  }
  return { resolve: (name, type) => fresh().resolve(name, type) }
}
