import { EngineError, found } from '../errors.ts'

/** A secret under which addresses are remembered instead of as they are. */
export interface AddressKey {
  /** Tells this key from later ones, in the ledger too: 1 to 16 lower-case letters, digits or hyphens. */
  id: string
  /** At least 32 bytes that nobody can guess, the same in every process of the ledger. Text counts as UTF-8. */
  secret: string | Uint8Array
}

const leastBytes = 32
/** Each old key is a look-up more for what is not found. */
const mostKeys = 4

/** Throws `EARGUMENT` for what cannot be a list of keys: the one in use, then older ones. */
export function checkAddressKeys(keys: unknown): asserts keys is readonly AddressKey[] {
  if (!Array.isArray(keys) || keys.length < 1 || keys.length > mostKeys) {
    throw wrong(
      'addressKeys',
      `a list of 1 to ${mostKeys} keys, the one in use first`,
      Array.isArray(keys) ? `${keys.length} keys` : found(keys),
    )
  }
  const ids = new Set<string>()
  keys.forEach((key: Partial<AddressKey> | null, index) => {
    const at = `addressKeys[${index}]`
    const id: unknown = key?.id
    if (typeof id !== 'string' || !/^[a-z\d-]{1,16}$/.test(id))
      throw wrong(`${at}.id`, '1 to 16 lower-case letters, digits or hyphens', found(id))
    if (ids.has(id)) throw wrong(`${at}.id`, 'an id that no other key has', found(id))
    ids.add(id)
    const secret: unknown = key?.secret
    const bytes =
      typeof secret === 'string'
        ? Buffer.byteLength(secret)
        : secret instanceof Uint8Array
          ? secret.length
          : null
    if (bytes === null || bytes < leastBytes) {
      // The secret itself must not end up in a log.
      throw wrong(
        `${at}.secret`,
        `text or bytes, at least ${leastBytes} bytes`,
        bytes === null ? found(secret) : `${bytes} bytes`,
      )
    }
  })
}

function wrong(option: string, expected: string, seen: string): EngineError {
  return new EngineError('EARGUMENT', `createEngine: ${option} must be ${expected}, found ${seen}`)
}
