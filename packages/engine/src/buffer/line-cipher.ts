import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import type { AddressKey } from '../names/address-key.ts'

const algorithm = 'aes-256-gcm'
const nonceBytes = 12
const tagBytes = 16

interface Sealed {
  /** Id of the key. */
  key: string
  /** Nonce, tag and text, in base64. */
  sealed: string
}

/**
 * Where addresses are remembered as hashes, none may stand in the buffer either. But there they are needed again, so what
 * is buffered is encrypted, under a key that is derived from the secret of the hashes.
 */
export class LineCipher {
  private readonly current: string
  private readonly keys: ReadonlyMap<string, Buffer>

  /** @param keys the one in use, then older ones */
  constructor(keys: readonly AddressKey[]) {
    this.keys = new Map(keys.map(({ id, secret }) => [id, derived(secret)]))
    this.current = keys[0]?.id ?? ''
  }

  seal(value: unknown): Sealed {
    const key = this.keys.get(this.current)
    if (key === undefined) throw new TypeError('no key to encrypt with')
    const nonce = randomBytes(nonceBytes)
    const cipher = createCipheriv(algorithm, key, nonce)
    const text = Buffer.concat([cipher.update(JSON.stringify(value)), cipher.final()])
    return {
      key: this.current,
      sealed: Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64'),
    }
  }

  /** What was sealed; `undefined` if none of the keys fits. What was written before there were keys is as it is. */
  open(value: unknown): unknown {
    const { key: id, sealed } = (value ?? {}) as Partial<Sealed>
    if (typeof sealed !== 'string') return value
    const key = this.keys.get(id ?? '')
    if (key === undefined) return undefined
    const bytes = Buffer.from(sealed, 'base64')
    try {
      const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, nonceBytes), {
        authTagLength: tagBytes,
      })
      decipher.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes))
      const text = decipher.update(bytes.subarray(nonceBytes + tagBytes), undefined, 'utf8')
      return JSON.parse(text + decipher.final('utf8'))
    } catch {
      return undefined
    }
  }
}

function derived(secret: string | Uint8Array): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', 'icloud-delivery buffer', 32))
}
