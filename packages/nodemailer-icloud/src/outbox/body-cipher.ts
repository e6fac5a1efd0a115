import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import type { OutboxKey } from './outbox-options.ts'

const algorithm = 'aes-256-gcm'
const nonceBytes = 12
const tagBytes = 16
/** What a body begins with: as it is, or encrypted. */
const plain = 0
const sealed = 1

/** The key of a body is none of those that were given: another process may have it. */
export class MissingKey extends Error {
  readonly keyId: string

  constructor(keyId: string) {
    super(`its body is encrypted with the key ${JSON.stringify(keyId)}, which is not given`)
    this.keyId = keyId
  }
}

/**
 * Encrypts what an outbox stores of bodies. A body is bound to its message: moved to another one it cannot be read.
 *
 * Sealed: 1, the length of the id, the id, nonce, tag, text. Else: 0, text.
 */
export class BodyCipher {
  readonly #current: { id: Buffer; key: Buffer } | null
  readonly #keys: ReadonlyMap<string, Buffer>

  /** @param keys the one in use, then older ones; none if nothing is to be encrypted */
  constructor(keys: readonly OutboxKey[]) {
    this.#keys = new Map(keys.map(({ id, secret }) => [id, derived(secret)]))
    const [first] = keys
    this.#current = first ? { id: Buffer.from(first.id), key: derived(first.secret) } : null
  }

  /** In memory of its own, so that it can be handed to a thread. */
  seal(body: Uint8Array, messageId: string): Uint8Array<ArrayBuffer> {
    if (this.#current === null) return joined([Uint8Array.of(plain), body])
    const { id, key } = this.#current
    const nonce = randomBytes(nonceBytes)
    const cipher = createCipheriv(algorithm, key, nonce)
    cipher.setAAD(Buffer.from(messageId))
    const text = [cipher.update(body), cipher.final()]
    return joined([Uint8Array.of(sealed, id.length), id, nonce, cipher.getAuthTag(), ...text])
  }

  /** @throws Error that says what is wrong, without a word of the body */
  open(stored: Uint8Array, messageId: string): Uint8Array {
    const bytes = Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength)
    if (bytes[0] === plain) return bytes.subarray(1)
    const idEnd = 2 + (bytes[1] ?? 0)
    const textFrom = idEnd + nonceBytes + tagBytes
    if (bytes[0] !== sealed || bytes.length < textFrom) throw new Error('its body is damaged')
    const id = bytes.subarray(2, idEnd).toString()
    const key = this.#keys.get(id)
    if (key === undefined) throw new MissingKey(id.slice(0, 40))
    try {
      const nonce = bytes.subarray(idEnd, idEnd + nonceBytes)
      const decipher = createDecipheriv(algorithm, key, nonce, { authTagLength: tagBytes })
      decipher.setAAD(Buffer.from(messageId))
      decipher.setAuthTag(bytes.subarray(idEnd + nonceBytes, textFrom))
      return Buffer.concat([decipher.update(bytes.subarray(textFrom)), decipher.final()])
    } catch (error) {
      throw new Error('its body is damaged, or was encrypted with another secret', { cause: error })
    }
  }
}

function derived(secret: string | Uint8Array): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', 'nodemailer-icloud outbox', 32))
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
