import { createHash, createHmac } from 'node:crypto'
import type { Entry } from '../ledger/ledger.ts'
import type { AddressKey } from './address-key.ts'

/** What is stored under `meta/address-keys`: how the addresses of this ledger are written. */
export interface KeyAgreement {
  /** Fingerprint of the key in use; `plain`: addresses stand there as they are. */
  current: string
  /** Fingerprints of the keys before it, the latest first. */
  retired: readonly string[]
}

const plain = 'plain'

/** The ledger key of the {@link KeyAgreement}. */
export const agreementKey = 'meta/address-keys'

/** What is listed, without the entry that is about the ledger itself. */
export async function* withoutAgreement(entries: AsyncIterable<Entry>): AsyncIterable<Entry> {
  for await (const entry of entries) if (entry.key !== agreementKey) yield entry
}

/** Kinds of ledger keys that end with an address. */
export const addressKinds: readonly string[] = ['recipient/', 'engagement/', 'seed/']

/** What this process has to do about the agreement in a ledger. */
export type Agreed =
  | { type: 'same' }
  | { type: 'write'; agreement: KeyAgreement }
  | { type: 'refuse'; why: string }

/** Names a key without telling anything about it. */
export function fingerprintOf({ id, secret }: AddressKey): string {
  const mac = createHmac('sha256', secret).update('icloud-delivery: fingerprint of an address key').digest()
  return `${id}:${createHash('sha256').update(mac).digest('hex').slice(0, 16)}`
}

/**
 * Whether a process with these keys may share a ledger: with another current key, the two would not find each other's
 * suppressions. Pure.
 *
 * @param fingerprints of the keys of this process, the one in use first; empty: it has none
 * @param found what the ledger says; `null` if nothing
 * @param holdsPlain whether addresses stand in the ledger as they are; older versions did not say so
 */
export function agreeOnKeys(
  fingerprints: readonly string[],
  found: KeyAgreement | null,
  holdsPlain: boolean,
): Agreed {
  const own = fingerprints[0] ?? plain
  if (found === null && !holdsPlain) return { type: 'write', agreement: { current: own, retired: [] } }
  const { current, retired } = found ?? { current: plain, retired: [] }
  if (own === current)
    return found === null ? { type: 'write', agreement: { current, retired } } : { type: 'same' }
  if (current === plain) {
    return refuse(
      'it holds addresses as they are, and this process has address keys: export its suppressions, and import them into a new ledger',
    )
  }
  if (own === plain)
    return refuse(`its addresses are hashed with the key ${idOf(current)}: set addressKeys here too`)
  if (retired.includes(own)) {
    return refuse(
      `the key ${idOf(own)} was replaced by ${idOf(current)}: put the newest key first in addressKeys`,
    )
  }
  if (!fingerprints.includes(current)) {
    return refuse(
      `its addresses are hashed with the key ${idOf(current)} and this process has other keys (${fingerprints.map(idOf).join(', ')}): use the same keys everywhere`,
    )
  }
  return { type: 'write', agreement: { current: own, retired: [current, ...retired] } }
}

function refuse(why: string): Agreed {
  return { type: 'refuse', why }
}

function idOf(fingerprint: string): string {
  return fingerprint.slice(0, fingerprint.lastIndexOf(':'))
}
