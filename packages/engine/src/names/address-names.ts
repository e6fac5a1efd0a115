import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import type { AddressKey } from './address-key.ts'

/**
 * How names of hashed addresses end, after the id of the key. They look like addresses, so that whatever takes an address
 * takes a name as well, and no mail can go to one (RFC 2606).
 */
const nameEnd = '.hashed.invalid'
/** 128 bits: among a thousand million addresses two share a name with a chance of one in 10^20. */
const digits = 32
const turnMs = 60_000

interface NameKey {
  id: string
  secret: KeyObject
}

/** Whether this stands for an address that was hashed. */
export function isHashedName(text: string): boolean {
  return text.endsWith(nameEnd)
}

/** Turns addresses into the names under which they are remembered. */
export class AddressNames {
  private readonly current: NameKey
  private readonly older: readonly NameKey[]
  private readonly ends: readonly string[]
  /** Names under older keys, of addresses that came by within the last minute or two. */
  private recent = new Map<string, readonly string[]>()
  private before: Map<string, readonly string[]> = new Map()
  private turnedAt = performance.now()

  /** @param keys the one in use, then older ones */
  constructor(keys: readonly AddressKey[]) {
    const [current, ...older] = keys.map(nameKey)
    if (current === undefined) throw new TypeError('no key to hash addresses with')
    this.current = current
    this.older = older
    this.ends = keys.map(({ id }) => `@${id}${nameEnd}`)
  }

  /** Whether this is a name that one of the keys may have made. */
  knows(name: string): boolean {
    return this.ends.some((end) => name.endsWith(end))
  }

  /** The name of a folded address. A name is its own name. */
  of(address: string): string {
    if (isHashedName(address)) return address
    const name = nameUnder(this.current, address)
    if (this.older.length > 0) this.remember(name, address)
    return name
  }

  /** The names under older keys of what {@link of} was asked about a moment ago. */
  olderNamesOf(name: string): readonly string[] {
    return this.recent.get(name) ?? this.before.get(name) ?? []
  }

  private remember(name: string, address: string): void {
    const now = performance.now()
    if (now - this.turnedAt > turnMs) {
      this.before = this.recent
      this.recent = new Map()
      this.turnedAt = now
    }
    this.recent.set(
      name,
      this.older.map((key) => nameUnder(key, address)),
    )
  }
}

function nameKey({ id, secret }: AddressKey): NameKey {
  return {
    id,
    secret: createSecretKey(typeof secret === 'string' ? Buffer.from(secret) : Buffer.from(secret)),
  }
}

function nameUnder({ id, secret }: NameKey, address: string): string {
  const digest = createHmac('sha256', secret).update(address).digest('hex')
  return `${digest.slice(0, digits)}@${id}${nameEnd}`
}
