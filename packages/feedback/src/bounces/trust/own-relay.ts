import { BlockList, isIP } from 'node:net'
import { fieldOf, type HeaderField } from '../message/parse-message.ts'
import type { BounceReport } from '../formats/report.ts'

/** Hosts of yours, by the names and IP addresses that they have in Received fields. */
export interface OwnHosts {
  /** As they stand behind `by`, and in Reporting-MTA. */
  hosts: readonly string[]
  /** IP addresses from which they hand mail over. */
  addresses?: readonly string[]
}

/** A relay of yours that sends to Apple and writes bounces. */
export interface OwnRelay extends OwnHosts {
  /** The lane that its bounces count for. Default: as of `createFeedback`. */
  lane?: string
}

const mostHops = 20
const loopback = ['127.0.0.1', '::1']

/**
 * The relay that wrote a bounce, if it never was outside of your hosts; `null` if that is not sure. Each host adds a Received
 * field on top, with the IP address that it was handed the message from, and nobody can put one above it or take one away. So every
 * field has to be of a host of yours and name no foreign address: a stranger’s address stands in that of your MX, and a client’s in
 * that of the relay, whatever they write into their own. A field without `from` is of a message that its host made itself.
 */
export function relayThatWrote(
  fields: readonly HeaderField[],
  report: BounceReport,
  relays: readonly OwnRelay[],
  receivers: OwnHosts,
): OwnRelay | null {
  const hops = fields.filter(({ name }) => name === 'received').map(({ value }) => value)
  if (hops.length === 0 || hops.length > mostHops) return null
  // Only what nobody answers to is a bounce.
  const returnPath = fieldOf(fields, 'return-path')
  if (returnPath !== null && returnPath !== '<>') return null
  for (const relay of relays) {
    if (report.reportingMta !== null && !isHost(report.reportingMta, relay)) continue
    if (hops.every((hop) => isInside(hop, relay, receivers)) && hops.some((hop) => namesRelay(hop, relay)))
      return relay
  }
  return null
}

function isInside(hop: string, relay: OwnRelay, receivers: OwnHosts): boolean {
  const by = byOf(hop)
  if (by === null) return false
  const isRelay = isHost(by, relay)
  if (!isRelay && !isHost(by, receivers)) return false
  if (!/\bfrom\b/i.test(hop) || isEximItself(hop)) return isRelay
  const addresses = addressesOf(hop)
  if (addresses.length === 0) return false
  // Filters of the MX hand mail back to it; on the relay it may be anybody with an account there.
  const known = [...(relay.addresses ?? []), ...(receivers.addresses ?? []), ...(isRelay ? [] : loopback)]
  return addresses.every(isOneOf(known))
}

/** What Exim writes itself has its own account where the name of a client would stand, and mail of a client an address. */
function isEximItself(hop: string): boolean {
  return (
    /^from (?:Debian-exim|exim|mailnull) by [\w.-]{1,253} with local \(Exim /i.test(hop) &&
    addressesOf(hop).length === 0
  )
}

function namesRelay(hop: string, relay: OwnRelay): boolean {
  const by = byOf(hop)
  if (by !== null && isHost(by, relay)) return true
  return addressesOf(hop).some(isOneOf(relay.addresses ?? []))
}

/** The last `by`: what stands before may be what a client said of itself. */
function byOf(hop: string): string | null {
  let by: string | null = null
  for (const match of hop.matchAll(/\bby ([\w.-]{1,253})/gi)) by = match[1] ?? null
  return by
}

/** All that looks like an IP address, wherever it stands. What is in brackets has to be one, or it fits none. */
function addressesOf(hop: string): string[] {
  const found = new Set<string>()
  for (const [, inside = ''] of hop.matchAll(/\[([^\]]{0,100})\]/g))
    found.add(inside.toLowerCase().replace(/^ipv6:/, ''))
  // Whatever stands around it, such as a port.
  for (const [word] of hop.matchAll(/\d{1,3}(?:\.\d{1,3}){3}/g)) found.add(word)
  for (const [word] of hop.matchAll(/(?<![\w:.])[\da-f:.]{3,45}(?![\w:.])/gi))
    if (isIP(word) === 6) found.add(word)
  return [...found]
}

/** However an IPv6 address is written. */
function isOneOf(known: readonly string[]): (address: string) => boolean {
  const list = new BlockList()
  for (const one of known) list.addAddress(one, familyOf(one))
  return (address) => isIP(address) !== 0 && list.check(address, familyOf(address))
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4'
}

function isHost(name: string, { hosts }: OwnHosts): boolean {
  const folded = name.toLowerCase().replace(/\.$/, '')
  return hosts.some((host) => host.toLowerCase().replace(/\.$/, '') === folded)
}
