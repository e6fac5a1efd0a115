import { configError, unknownName } from '../config-error.ts'

/** A secret that bodies are encrypted with. */
export interface OutboxKey {
  /** Is stored beside each body, so that secrets can be changed: 1 to 40 letters, digits, `-` and `_`. */
  id: string
  /** 16 bytes or more, random. */
  secret: string | Uint8Array
}

/** What all outboxes take. */
export interface OutboxOptions {
  /** Messages, the dead ones included, above which `sendMail` rejects with `EOUTBOXFULL`. */
  maxMessages?: number
  /** Bytes of all bodies above which `sendMail` rejects with `EOUTBOXFULL`. */
  maxBytes?: number
  /** Bytes of the largest message. Default 32 MiB, more than Apple takes. */
  maxMessageBytes?: number
  /** Encrypts bodies with AES-256-GCM: the key in use first, then older ones. Default: they are not encrypted. */
  keys?: readonly OutboxKey[]
  /** Seconds, 1 to 3600, after which the messages of a worker that died are free. Default 30. */
  leaseSeconds?: number
}

/** {@link OutboxOptions}, checked and filled up. */
export interface OutboxSettings {
  maxMessages: number
  maxBytes: number
  maxMessageBytes: number
  keys: readonly OutboxKey[]
  leaseMs: number
}

const known = ['maxMessages', 'maxBytes', 'maxMessageBytes', 'keys', 'leaseSeconds'] as const

/**
 * @param more names of options that one outbox has besides
 * @throws Error `ECONFIG`
 */
export function outboxSettings(
  options: OutboxOptions,
  defaults: { maxMessages: number; maxBytes: number },
  more: readonly string[] = [],
): OutboxSettings {
  if (typeof options !== 'object' || options === null)
    throw configError('the options of the outbox', 'an object', options)
  for (const name of Object.keys(options)) {
    const names: readonly string[] = [...known, ...more]
    if (!names.includes(name)) throw unknownName('outbox', name, names)
  }
  const { maxMessages = defaults.maxMessages, maxBytes = defaults.maxBytes, leaseSeconds = 30 } = options
  const { maxMessageBytes = 32 << 20, keys = [] } = options
  for (const [name, value] of Object.entries({ maxMessages, maxBytes, maxMessageBytes })) {
    if (!Number.isSafeInteger(value) || value < 1)
      throw configError(`outbox.${name}`, 'a whole number, 1 or more', value)
  }
  if (typeof leaseSeconds !== 'number' || !(leaseSeconds >= 1 && leaseSeconds <= 3600))
    throw configError('outbox.leaseSeconds', 'seconds, 1 to 3600', leaseSeconds)
  checkKeys(keys)
  return { maxMessages, maxBytes, maxMessageBytes, keys, leaseMs: leaseSeconds * 1000 }
}

function checkKeys(keys: readonly OutboxKey[]): void {
  if (!Array.isArray(keys)) throw configError('outbox.keys', 'a list of { id, secret }', keys)
  const ids = new Set<string>()
  for (const key of keys as readonly (Partial<OutboxKey> | null)[]) {
    const { id, secret } = key ?? {}
    if (typeof id !== 'string' || !/^[\w-]{1,40}$/.test(id))
      throw configError('the id of a key', '1 to 40 letters, digits, - and _', id)
    if (ids.has(id)) throw configError('the id of a key', 'that of one key only', id)
    ids.add(id)
    const isRight = typeof secret === 'string' || secret instanceof Uint8Array
    // The value itself is a secret and never shown.
    if (!isRight || Buffer.byteLength(secret) < 16)
      throw configError(
        `the secret of the key ${id}`,
        '16 bytes or more, as a string or Uint8Array',
        '(hidden)',
      )
  }
}
