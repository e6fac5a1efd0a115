import type { Hop } from '@icloud-delivery/engine'
import { isAppleMx } from '@icloud-delivery/rules'
import type { InnerTransport } from './nodemailer-shapes.ts'

/** Who answers the inner transport. */
export interface Peer {
  hop: Hop
  /** The name to judge its replies by. */
  mx: string
}

// RFC 2606 keeps .invalid from ever being a real host, let alone one of Apple's.
const someRelay = 'relay.invalid'
const someAppleMx = 'mx01.mail.icloud.com'

/**
 * Finds out who answers. A relay is always given a name that is not Apple's, so that its own words are never taken
 * for Apple's. Where the caller says `direct` of a host with a name of its own, that name still decides whose the
 * replies are; an IP address or a bare host name is taken at the caller's word.
 */
export function findPeer(inner: InnerTransport, hop: Hop | 'auto', appleMx: readonly string[]): Peer {
  const options = (inner.options ?? {}) as { host?: unknown; port?: unknown }
  const host = typeof options.host === 'string' ? options.host.toLowerCase() : ''
  const standsForApple = appleMx.includes(host) || appleMx.includes(`${host}:${String(options.port)}`)
  const apple = host !== '' && (isAppleMx(host) || standsForApple)
  if (hop === 'relay' || (hop === 'auto' && !apple)) {
    return { hop: 'relay', mx: isAppleMx(host) || !host.includes('.') ? someRelay : host }
  }
  if (apple) return { hop: 'direct', mx: isAppleMx(host) ? host : someAppleMx }
  const named = /[a-z]/.test(host) && host.includes('.') && !host.includes(':')
  return { hop: 'direct', mx: named ? host : someAppleMx }
}
