import { BlockList, isIP } from 'node:net'
import { fieldOf, type HeaderField } from '../message/parse-message.ts'
import type { BounceReport } from '../formats/report.ts'

/** Hosts of yours, by the names and IP addresses that they have in Received fields. */
export interface OwnHosts {
  /** As they stand behind `by`, and in Reporting-MTA. */
  hosts: readonly string[]
  /**
   * IP addresses from which they hand mail over. Those of loopback count only if they stand here: name them for filters that hand mail back
   * to the same host, and never if your MX stands behind a proxy on it that hides who connects.
   */
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
 * field has to be of a host of yours and name no foreign address, and the lowest to be of a message that the relay made itself: a stranger’s address stands in that of your MX, and a client’s in
 * that of the relay, whatever they write into their own. A field without `from` is of a message that its host made itself: a bounce without
 * one may be a client’s, whose field was taken away.
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
    if (isMadeBy(hops.at(-1) ?? '', relay) && hops.every((hop) => isInside(hop, relay, receivers)))
      return relay
  }
  return null
}

function isInside(hop: string, relay: OwnRelay, receivers: OwnHosts): boolean {
  const by = byOf(hop)
  if (by === null) return false
  const isRelay = isHost(by, relay)
  if (!isRelay && !isHost(by, receivers)) return false
  if (isMadeBy(hop, relay)) return true
  if (!/\bfrom\b/i.test(hop)) return false
  const addresses = addressesOf(hop)
  if (addresses.length === 0) return false
  const known = [...(relay.addresses ?? []), ...(receivers.addresses ?? [])]
  // On the relay loopback may be anybody with an account there.
  return addresses.every(isOneOf(known)) && !(isRelay && addresses.some(isOneOf(loopback)))
}

/** Whether a field is of a message that the relay wrote itself: Postfix names no `from` then. */
function isMadeBy(hop: string, relay: OwnRelay): boolean {
  const by = byOf(hop)
  if (by === null || !isHost(by, relay)) return false
  return !/\bfrom\b/i.test(hop) || isEximItself(hop) || isSendmailItself(hop)
}

/** What a client greets as stands there too, and then its address besides. */
function isSendmailItself(hop: string): boolean {
  return /^from localhost \(localhost\) by [\w.-]{1,253} \(8\.[\d./]{1,40}\) id /i.test(hop)
}

/** What Exim writes itself has its own account where the name of a client would stand, and mail of a client an address. */
function isEximItself(hop: string): boolean {
  return (
    /^from (?:Debian-exim|exim|mailnull) by [\w.-]{1,253} with local \(Exim /i.test(hop) &&
    addressesOf(hop).length === 0
  )
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
