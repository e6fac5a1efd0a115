import { boundedBody } from '../../bounded-body.ts'
import { milliseconds, webAddress } from '../../options/check.ts'
import { checkOptions, type Shape } from '../../options/check-options.ts'
import type { DomainAge } from './check-domain-age.ts'

export interface RdapOptions {
  /** Default: `https://rdap.org`, which leads to the registry in charge. */
  url?: string
  /** ms for one answer. Default: 5000. */
  timeoutMs?: number
}

const mostBytes = 1024 * 1024

const shape: Shape<RdapOptions> = { checks: { url: webAddress, timeoutMs: milliseconds } }

/**
 * Asks the registries, over RDAP, when a domain was registered.
 *
 * @throws PreflightError `EARGUMENT`
 */
export function rdapLookup(options: RdapOptions = {}): DomainAge {
  checkOptions('rdapLookup', options, shape)
  const { url = 'https://rdap.org', timeoutMs = 5000 } = options
  return async (domain) => {
    const answer = await fetch(`${url.replace(/\/$/, '')}/domain/${encodeURIComponent(domain)}`, {
      signal: AbortSignal.timeout(timeoutMs),
      // A connection that was kept may be closed by the registry at the moment in which it is used again.
      headers: { accept: 'application/rdap+json', connection: 'close' },
    })
    if (answer.status === 404) return null
    if (!answer.ok) throw new Error(`RDAP answered ${answer.status}`)
    const body = (await boundedBody(answer, mostBytes)).toString()
    const { events } = JSON.parse(body) as { events?: { eventAction?: string; eventDate?: string }[] }
    const registered = events?.find(({ eventAction }) => eventAction === 'registration')?.eventDate
    const time = Date.parse(registered ?? '')
    return Number.isNaN(time) ? null : time
  }
}
