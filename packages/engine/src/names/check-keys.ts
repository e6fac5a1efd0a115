import { EngineError, found } from '../errors.ts'

const leastBytes = 32
/** Each old key is a look-up more for what is not found. */
const mostKeys = 4

/**
 * Throws `EARGUMENT` for what cannot be a list of keys with an `id` and a `secret`: the one in use, then older ones.
 *
 * @param option what the caller calls the list
 */
export function checkKeys(call: string, option: string, keys: unknown): void {
  const wrong = (at: string, expected: string, seen: string): EngineError =>
    new EngineError('EARGUMENT', `${call}: ${at} must be ${expected}, found ${seen}`)
  if (!Array.isArray(keys) || keys.length < 1 || keys.length > mostKeys) {
    throw wrong(
      option,
      `a list of 1 to ${mostKeys} keys, the one in use first`,
      Array.isArray(keys) ? `${keys.length} keys` : found(keys),
    )
  }
  const ids = new Set<string>()
  keys.forEach((key: { id?: unknown; secret?: unknown } | null, index) => {
    const at = `${option}[${index}]`
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
      // The secret itself must not end up in a log: not even one that is too short.
      throw wrong(
        `${at}.secret`,
        `text or bytes, at least ${leastBytes} bytes`,
        bytes === null ? found(secret) : `${bytes} bytes`,
      )
    }
  })
}
