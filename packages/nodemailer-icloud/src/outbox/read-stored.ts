import { MissingKey, type BodyCipher } from './body-cipher.ts'
import type { OutboxEntry } from './entry.ts'
import type { Claim } from './outbox.ts'

/** An entry from its JSON; `null` if that is none, as after a fault of the disk. */
export function readEntry(text: string): OutboxEntry | null {
  try {
    const value = JSON.parse(text) as Partial<OutboxEntry> | null
    return isEntry(value) ? value : null
  } catch {
    return null
  }
}

/** Whether this has what the worker relies on. What a later version adds is kept. */
export function isEntry(value: unknown): value is OutboxEntry {
  const entry = value as Partial<OutboxEntry> | null
  return (
    typeof entry === 'object' &&
    entry !== null &&
    typeof entry.messageId === 'string' &&
    typeof entry.sender === 'string' &&
    typeof entry.stream === 'string' &&
    typeof entry.acceptedAt === 'number' &&
    typeof entry.envelope === 'object' &&
    typeof entry.data === 'object' &&
    Array.isArray(entry.untold) &&
    Array.isArray(entry.expired) &&
    Array.isArray(entry.recipients) &&
    entry.recipients.every(({ address, nextAt }) => typeof address === 'string' && typeof nextAt === 'number')
  )
}

/** A claim, with its body made readable. */
export function claimOf(
  stored: { id: string; lease: string; entry: OutboxEntry | null; body: Uint8Array | null },
  cipher: BodyCipher,
): Claim {
  const { entry, body } = stored
  if (entry === null) return { ...stored, body: null, problem: 'its entry cannot be read' }
  // The bytes are gone where only the hook is left to be told.
  if (entry.recipients.length === 0) return { ...stored, body: null, problem: null }
  if (body === null) return { ...stored, problem: 'its body is missing' }
  try {
    return { ...stored, body: cipher.open(body, entry.messageId), problem: null }
  } catch (error) {
    const problem = (error as Error).message
    const missing = error instanceof MissingKey ? { missingKey: error.keyId } : {}
    return { ...stored, body: null, problem, ...missing }
  }
}
