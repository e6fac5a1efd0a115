import { isIP, isIPv4 } from 'node:net'
import type { Kind } from './option.ts'

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/

const HOST_NAME =
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/

/** The name of a stream, a lane or a header. */
export const name: Kind<string> = {
  expected: 'a name of letters, digits, ".", "_" and "-", at most 64',
  parse: (raw) => (NAME.test(raw) ? raw : undefined),
  show: String,
}

export const names: Kind<readonly string[]> = listOf(name, 'names, separated by commas, each ')

export const flag: Kind<boolean> = {
  expected: 'true or false',
  parse(raw) {
    if (/^(?:true|yes|on|1)$/i.test(raw)) return true
    if (/^(?:false|no|off|0)$/i.test(raw)) return false
    return undefined
  },
  show: String,
}

/** A number from `least` to `most`. */
export function number(least: number, most: number): Kind<number> {
  return {
    expected: `a number from ${least} to ${most}`,
    parse(raw) {
      const value = Number(raw)
      return value >= least && value <= most ? value : undefined
    },
    show: String,
  }
}

/** A whole number from `least` to `most`. */
export function wholeNumber(least: number, most: number): Kind<number> {
  const inner = number(least, most)
  return {
    expected: `a whole number from ${least} to ${most}`,
    parse(raw) {
      const value = inner.parse(raw)
      return Number.isInteger(value) ? value : undefined
    },
    show: String,
  }
}

/** One of some words. */
export function oneOf<const T extends string>(...words: readonly T[]): Kind<T> {
  return {
    expected: words.join(' or '),
    parse: (raw) => words.find((word) => word === raw),
    show: String,
  }
}

/** Seconds in the file, ms in the program. */
export function seconds(least: number, most: number): Kind<number> {
  const inner = number(least, most)
  return {
    expected: `seconds from ${least} to ${most}`,
    parse(raw) {
      const value = inner.parse(raw)
      return value === undefined ? undefined : value * 1000
    },
    show: (ms) => String(ms / 1000),
  }
}

/** Values that are separated by commas. One that is not allowed spoils the whole list. */
export function listOf<T>(
  kind: Kind<T>,
  expected = 'a list, separated by commas, each ',
): Kind<readonly T[]> {
  return {
    expected: `${expected}${kind.expected}`,
    parse(raw) {
      const items = raw.split(',').map((item) => item.trim())
      const values = items.filter((item) => item !== '').map((item) => kind.parse(item))
      return values.includes(undefined) ? undefined : (values as T[])
    },
    show: (values) => values.map((value) => kind.show(value)).join(', '),
  }
}

/** Any text, such as a path. */
export const text: Kind<string> = { expected: 'a text', parse: (raw) => raw, show: String }

/** For an option that may be left out: messages say `absent` then. */
export function nullable<T>(kind: Kind<T>, absent: string): Kind<T | null> {
  return { ...kind, show: (value) => (value === null ? absent : kind.show(value)) }
}

/** Where the engine remembers; `null`: `icloud.db` in Haraka's directory. */
export const ledgerUrl: Kind<string | null> = {
  expected: 'file:<path>, redis://<host>, rediss://<host> or memory:',
  parse: (raw) => (/^(?:file:.+|memory:|rediss?:\/\/.+)$/.test(raw) ? raw : undefined),
  show: (value) => withoutPassword(value ?? 'file:icloud.db'),
  hide: withoutPassword,
}

/** An address to connect to, or to listen on. */
export interface Endpoint {
  host: string
  port: number
}

export const endpoint: Kind<Endpoint> = {
  expected: '<IPv4 address>:<port>',
  parse(raw) {
    const [, host = '', port = ''] = /^([\d.]{7,15}):(\d{1,5})$/.exec(raw) ?? []
    return isIPv4(host) && Number(port) <= 65_535 ? { host, port: Number(port) } : undefined
  },
  show: ({ host, port }) => `${host}:${port}`,
}

export const ipAddress: Kind<string> = {
  expected: 'an IP address of this machine',
  parse: (raw) => (isIP(raw) === 0 ? undefined : raw),
  show: String,
}

export const hostName: Kind<string> = {
  expected: 'a host name with a dot, such as mail.example.com',
  parse: (raw) => (HOST_NAME.test(raw) && raw.length <= 253 ? raw : undefined),
  show: String,
}

/** Bounces come back to it: a local part of 64 characters and it have to fit into a path (RFC 5321, 4.5.3.1.3). */
export const returnPathDomain: Kind<string> = {
  expected: 'a host name of 189 characters at most, such as bounces.example.com',
  parse: (raw) => (HOST_NAME.test(raw) && raw.length <= 189 ? raw.toLowerCase() : undefined),
  show: String,
}

export const returnPathPrefix: Kind<string> = {
  expected: 'at most 8 of a-z, 0-9, "+", "-", "_" and "=", a letter or digit first',
  parse: (raw) => (/^[a-z0-9][a-z0-9+_=-]{0,7}$/.test(raw) ? raw : undefined),
  show: String,
}

/** What stands before an @ may be a password. */
function withoutPassword(url: string): string {
  return url.includes('@') ? `...${url.slice(url.lastIndexOf('@'))}` : url
}
