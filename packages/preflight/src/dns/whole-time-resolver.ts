import { Resolver } from 'node:dns/promises'
import type { DnsResolver } from './resolver.ts'

/**
 * Gives each question the whole time. c-ares does not, whatever it is told: after three quick answers a Resolver waits for the next one
 * for a second, and before for no more than `maxTimeout`, usually five; a name server that has to ask others first may take longer. So
 * each question has a Resolver of its own, and one try: four of them could take minutes.
 *
 * @param ms that one question may take
 * @param servers default: those of this machine
 */
export function wholeTimeResolver(ms: number, servers?: readonly string[]): DnsResolver {
  return {
    resolve(name, type) {
      const resolver = new Resolver({ timeout: ms, maxTimeout: ms, tries: 1 })
      if (servers !== undefined) resolver.setServers(servers)
      return resolver.resolve(name, type)
    },
  }
}
