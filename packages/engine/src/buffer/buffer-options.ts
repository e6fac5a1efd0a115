import { resolve } from 'node:path'
import type { EngineOptions } from '../create-engine.ts'
import { parseLedgerUrl } from '../ledger/open-ledger.ts'
import { LineCipher } from './line-cipher.ts'
import { ranged } from '../ranged.ts'
import { argument } from '../subject.ts'

/** Where outcomes are kept while the ledger is out of reach. */
export interface BufferOptions {
  /** Absolute. */
  directory: string
  maxBytes: number
  /** Encrypts what is kept, if addresses are not to be seen. */
  cipher: LineCipher | null
}

/** The buffer that the options of `createEngine` ask for. Throws `EARGUMENT`. */
export function bufferOptions({
  ledger,
  buffer,
  bufferBytes,
  addressKeys,
}: Pick<EngineOptions, 'ledger' | 'buffer' | 'bufferBytes' | 'addressKeys'>): BufferOptions | null {
  const maxBytes = ranged('bufferBytes', bufferBytes, 256 * 1024 * 1024, 1000, Number.MAX_SAFE_INTEGER)
  if (buffer === null) return null
  const cipher = addressKeys ? new LineCipher(addressKeys) : null
  if (buffer !== undefined) {
    if (typeof buffer === 'string' && buffer !== '' && !buffer.includes('\0'))
      return { directory: resolve(buffer), maxBytes, cipher }
    throw argument('createEngine', 'buffer', 'a path or null', buffer)
  }
  const target = typeof ledger === 'string' ? parseLedgerUrl(ledger) : null
  return target?.kind === 'sqlite' ? { directory: `${resolve(target.file)}.buffer`, maxBytes, cipher } : null
}
