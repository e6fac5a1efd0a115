import type { AddressNames } from './address-names.ts'
import { cutAddresses } from './cut-addresses.ts'
import { foldAddress } from '../address.ts'

/** Fields that hold an address by itself. */
const addresses: ReadonlySet<string> = new Set(['recipient', 'subject', 'address'])
/** Fields that hold a text, of Apple's or of people's. */
const texts: ReadonlySet<string> = new Set(['reply', 'note', 'how', 'error', 'message', 'reason'])

/**
 * A value for the ledger without the addresses in it. Ids of messages stay: the same message has to be known again. The same
 * object if there is nothing to take out.
 */
export function withoutAddresses(value: unknown, names: AddressNames): unknown {
  return changed(value, (field, text) => withoutAddress(field, text, names))
}

/** The same value with another text in place of one that was said, wherever that is kept. */
export function withText<T>(value: T, said: string, kept: string): T {
  return changed(value, (field, text) => (text === said && texts.has(field) ? kept : text)) as T
}

function changed(value: unknown, change: (field: string, text: string) => string): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) => changed(item, change))
    return items.some((item, index) => item !== value[index]) ? items : value
  }
  let result: Record<string, unknown> | null = null
  for (const [field, before] of Object.entries(value)) {
    const after = typeof before === 'string' ? change(field, before) : changed(before, change)
    if (after === before) continue
    result ??= { ...value }
    result[field] = after
  }
  return result ?? value
}

function withoutAddress(field: string, text: string, names: AddressNames): string {
  if (!text.includes('@')) return text
  if (texts.has(field)) return cutAddresses(text)
  if (!addresses.has(field)) return text
  const folded = foldAddress(text)
  return folded === null ? cutAddresses(text) : names.of(folded)
}
