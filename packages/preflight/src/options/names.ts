import { domainToASCII } from 'node:url'
import { plainIp, plainName } from '../dns/lookups.ts'
import type { Check } from './check.ts'
import { list } from './check.ts'
import { wrong } from './wrong.ts'

/** @throws PreflightError `EARGUMENT` */
export function readDomain(domain: unknown, name: string): string {
  return domainOrNull(domain) ?? wrong(name, 'a domain such as example.com', domain)
}

function domainOrNull(domain: unknown): string | null {
  const ascii = typeof domain === 'string' ? domainToASCII(plainName(domain.trim())) : ''
  // No name ends in a number: that is an IP, or half of one.
  return /^(?=.{1,253}$)[\w-]{1,63}(\.[\w-]{1,63})*\.(?!\d+$)[\w-]{1,63}$/.test(ascii) ? ascii : null
}

/** @throws PreflightError `EARGUMENT` */
export function readIp(ip: unknown, name: string): string {
  // Four numbers: what parses fewer would take 192.0.2 for 192.0.0.2.
  const isWhole = typeof ip === 'string' && (ip.includes(':') || ip.split('.').length === 4)
  return (isWhole ? plainIp(ip) : null) ?? wrong(name, 'an IP address such as 192.0.2.1', ip)
}

/** @throws PreflightError `EARGUMENT` */
export function readIps(ips: unknown, name: string): string[] {
  list(readIp, 'IP addresses')(ips, name)
  return (ips as readonly string[]).map((ip) => readIp(ip, name))
}

/** `bounces@example.com`, or the domain alone. @throws PreflightError `EARGUMENT` */
export function readReturnPath(returnPath: unknown, name: string): string {
  const text = typeof returnPath === 'string' ? returnPath.trim().replace(/^<|>$/g, '') : ''
  return (
    domainOrNull(text.slice(text.lastIndexOf('@') + 1)) ??
    wrong(name, 'an address such as bounces@example.com, or its domain', returnPath)
  )
}

/** A DKIM selector, which may have dots. */
export const selector: Check = (value, name) => {
  if (typeof value !== 'string' || !/^[\w-]{1,63}(?:\.[\w-]{1,63}){0,10}$/.test(value))
    wrong(name, 'a DKIM selector such as s1', value)
}

/** @throws PreflightError `EARGUMENT` if the clock says nothing that is a time */
export function readClock(clock: (() => number) | undefined, call: string): number {
  const now = (clock ?? Date.now)()
  // Dates end there.
  if (!Number.isFinite(now) || Math.abs(now) > 8.64e15) wrong(`${call}: clock()`, 'ms since the epoch', now)
  return now
}
