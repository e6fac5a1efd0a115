import { createHash } from 'node:crypto'
import type { Action } from '../record/action.ts'
import type { RecordRequest } from '../record/outcome.ts'
import type { Told } from '../record/turn.ts'
import type { Change, Entry } from '../ledger/ledger.ts'
import { plainRequest } from './plain-request.ts'

/** An outcome that the ledger did not take. */
export interface Kept {
  told: Told
  request: RecordRequest
  /** ms since the epoch on the engine's clock. */
  at: number
  /** What the host was told to do. */
  did: Action['type']
  /** What was given to the ledger before it failed: it may have been written nevertheless. `null`: nothing. */
  tried: readonly Change[] | null
}

/** An outcome as it stands in the buffer. */
export interface Buffered {
  at: number
  did: Action['type']
  request: RecordRequest
  /** The first change that may have been written, to be known again. */
  tried?: { key: string; expected: number; value: string }
}

/** The form of an outcome in which it is written. */
export function buffered({ request, at, did, tried }: Kept): Buffered {
  const first = tried?.[0]
  return {
    at,
    did,
    request: plainRequest(request),
    ...(first && { tried: { key: first.key, expected: first.expected, value: fingerprint(first.value) } }),
  }
}

/** What a line holds, as far as its form goes. */
export function asBuffered(value: unknown): Buffered | null {
  const { at, request } = (value ?? {}) as Partial<Buffered>
  const isOne = typeof at === 'number' && typeof request === 'object' && request !== null
  return isOne ? (value as Buffered) : null
}

/**
 * Whether the write whose answer was lost had come about. Versions only grow, so an entry that still has the version that
 * was read shows that it had not; one that has another version and the very value shows that it had.
 */
export function hadLanded(tried: NonNullable<Buffered['tried']>, entry: Entry | null): boolean {
  return (entry?.version ?? 0) !== tried.expected && fingerprint(entry?.value ?? null) === tried.value
}

function fingerprint(value: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(value ?? null))
    .digest('base64url')
}
