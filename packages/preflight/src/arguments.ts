import { domainToASCII } from 'node:url'
import { plainIp, plainName } from './dns/lookups.ts'
import { PreflightError } from './errors.ts'

/** @throws PreflightError `EARGUMENT` */
export function readDomain(domain: unknown, what: string): string {
  const ascii = typeof domain === 'string' ? domainToASCII(plainName(domain.trim())) : ''
  if (!/^(?=.{1,253}$)[\w-]{1,63}(\.[\w-]{1,63})+$/.test(ascii))
    throw new PreflightError(
      'EARGUMENT',
      `${what} must be a domain such as example.com, not ${inWords(domain)}.`,
    )
  return ascii
}

/** @throws PreflightError `EARGUMENT` */
export function readIps(ips: readonly string[] | undefined): string[] {
  return (ips ?? []).map((ip) => {
    const plain = typeof ip === 'string' ? plainIp(ip) : null
    if (plain === null)
      throw new PreflightError('EARGUMENT', `ips must be IP addresses; found ${inWords(ip)}.`)
    return plain
  })
}

/** `bounces@example.com`, or the domain alone. @throws PreflightError `EARGUMENT` */
export function readReturnPath(returnPath: unknown): string {
  const text = typeof returnPath === 'string' ? returnPath.trim().replace(/^<|>$/g, '') : returnPath
  return readDomain(typeof text === 'string' ? text.slice(text.lastIndexOf('@') + 1) : text, 'returnPath')
}

function inWords(value: unknown): string {
  return (JSON.stringify(value) ?? String(value)).slice(0, 100)
}
