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
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) => withoutAddresses(item, names))
    return items.some((item, index) => item !== value[index]) ? items : value
  }
  let changed: Record<string, unknown> | null = null
  for (const [field, before] of Object.entries(value)) {
    const after =
      typeof before === 'string' ? withoutAddress(field, before, names) : withoutAddresses(before, names)
    if (after === before) continue
    changed ??= { ...value }
    changed[field] = after
  }
  return changed ?? value
}

function withoutAddress(field: string, text: string, names: AddressNames): string {
  if (!text.includes('@')) return text
  if (texts.has(field)) return cutAddresses(text)
  if (!addresses.has(field)) return text
  const folded = foldAddress(text)
  return folded === null ? cutAddresses(text) : names.of(folded)
}
