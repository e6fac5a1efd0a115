import { Resolver } from 'node:dns/promises'
import type { DnsResolver } from './resolver.ts'

/** Longer than any question may take: c-ares is never the first to give up. */
const hourMs = 3_600_000

/**
 * Gives each question the whole time, and no more. c-ares does not, whatever it is told: after three quick answers a Resolver waits for
 * the next one for a second, and before for no more than `maxTimeout`, usually five; a name server that has to ask others first may take
 * longer. So each question has a Resolver of its own, and one try. Its end is kept here: c-ares would not read an answer that came while
 * the process stood still. Afterwards nothing of the question is left that would keep the process alive.
 *
 * @param ms that one question may take; then it rejects with `code` ETIMEOUT
 * @param servers IPs, with :port if need be; default: those of this machine
 */
export function wholeTimeResolver(ms: number, servers?: readonly string[]): DnsResolver {
  return {
    async resolve(name, type) {
      const resolver = new Resolver({ timeout: hourMs, maxTimeout: hourMs, tries: 1 })
      if (servers !== undefined) resolver.setServers(servers)
      // What came while the process was busy is read first: timers are earlier than answers.
      const giveUp = (): void => void setImmediate(() => resolver.cancel())
      const timer = setTimeout(giveUp, ms)
      try {
        return await resolver.resolve(name, type)
      } catch (error) {
        if ((error as { code?: unknown }).code !== 'ECANCELLED') throw error
        const late = new Error(`${type} ${name}: no answer within ${ms} ms`, { cause: error })
        throw Object.assign(late, { code: 'ETIMEOUT' })
      } finally {
        clearTimeout(timer)
      }
    },
  }
}
