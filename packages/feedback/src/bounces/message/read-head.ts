import { FeedbackError } from '../../errors.ts'

/** A message as it comes: at once or in pieces. */
export type MessageSource = string | Uint8Array | AsyncIterable<Uint8Array | string>

/** What is looked at of a message. */
export interface Head {
  bytes: Buffer
  /** Bytes of the whole message. */
  size: number
}

/** Bounces say what they have to say before they return the message, which may be large. */
export const headBytes = 262_144
/** Whatever is larger is no bounce. */
export const mostBytes = 52_428_800

/**
 * The first 256 KiB of a message. The rest is read and thrown away, so memory stays flat.
 *
 * @throws FeedbackError `EINPUT` for more than 50 MiB, and what reading throws
 */
export async function readHead(source: MessageSource): Promise<Head> {
  if (typeof source === 'string' || source instanceof Uint8Array) {
    const size = typeof source === 'string' ? Buffer.byteLength(source) : source.byteLength
    refuseHuge(size)
    // No more than four bytes to a character are cut too much here, and they are cut below anyway.
    const start = typeof source === 'string' ? Buffer.from(source.slice(0, headBytes)) : Buffer.from(source)
    return { bytes: start.subarray(0, headBytes), size }
  }
  const pieces: Buffer[] = []
  let kept = 0
  let size = 0
  for await (const piece of source) {
    size += piece.length
    refuseHuge(size)
    if (kept >= headBytes) continue
    const bytes = Buffer.from(piece as Uint8Array).subarray(0, headBytes - kept)
    pieces.push(bytes)
    kept += bytes.length
  }
  return { bytes: Buffer.concat(pieces), size }
}

function refuseHuge(size: number): void {
  if (size <= mostBytes) return
  throw new FeedbackError(
    'EINPUT',
    `the message has more than ${mostBytes / 1_048_576} MiB, which no bounce has`,
  )
}
