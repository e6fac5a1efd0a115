import { checkKeys } from './check-keys.ts'

/** A secret under which addresses are remembered instead of as they are. */
export interface AddressKey {
  /** Tells this key from later ones, in the ledger too: 1 to 16 lower-case letters, digits or hyphens. */
  id: string
  /** At least 32 bytes that nobody can guess, the same in every process of the ledger. Text counts as UTF-8. */
  secret: string | Uint8Array
}

/** Throws `EARGUMENT` for what cannot be a list of keys: the one in use, then older ones. */
export function checkAddressKeys(keys: unknown): asserts keys is readonly AddressKey[] {
  checkKeys('createEngine', 'addressKeys', keys)
}
