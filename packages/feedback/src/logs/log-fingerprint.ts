import { hash } from 'node:crypto'
import { headBytes, openSource, PlainSource, type ByteSource } from './byte-source.ts'
import type { LogPosition } from './log-position.ts'
import { tailBytes } from './whole-lines.ts'

/**
 * What tells a log from others: digests of its first bytes, and of the last ones of those that were read. They stay the same if the
 * file is renamed, copied or packed.
 */
export interface Fingerprint {
  head: string
  tail: string
}

/**
 * How a file is like the one that was read. `alike`: all of these bytes are the same, but none of them tells a time, as in a CSV
 * file with its header alone; another log may begin so too.
 */
export type Likeness = 'same' | 'alike' | 'other'

/** The fingerprint of what was read, by its first and last bytes. */
export function fingerprintOf(head: Buffer, tail: Buffer): Fingerprint {
  return { head: digest(head), tail: digest(tail) }
}

/** Whether an open file still is what was read of it. Not so if it was cut off, and perhaps filled anew. */
export async function isUnchanged(
  source: ByteSource,
  { offset, fingerprint }: Pick<LogPosition, 'offset' | 'fingerprint'>,
): Promise<boolean> {
  // What is packed does not change.
  if (!(source instanceof PlainSource)) return true
  const head = await source.peek(0, Math.min(offset, headBytes))
  const tail = await source.peek(Math.max(0, offset - tailBytes), Math.min(offset, tailBytes))
  const now = fingerprintOf(head, tail)
  return now.head === fingerprint.head && now.tail === fingerprint.tail
}

/** The last bytes before an offset, of a file that may be packed; fewer if it is not that long. */
export async function tailOf(path: string, offset: number): Promise<Buffer> {
  const bytes = Math.min(offset, tailBytes)
  return bytes === 0 ? Buffer.alloc(0) : await readAt(path, offset - bytes, bytes)
}

/** How a file is like the one that was read, under whatever name and packed or not. What cannot be read is another one. */
export async function likenessOf(
  path: string,
  { offset, fingerprint }: Pick<LogPosition, 'offset' | 'fingerprint'>,
): Promise<Likeness> {
  try {
    // The end comes second: what is packed has to be unpacked up to there.
    const head = await readAt(path, 0, Math.min(offset, headBytes))
    if (digest(head) !== fingerprint.head) return 'other'
    const tail = await tailOf(path, offset)
    if (digest(tail) !== fingerprint.tail) return 'other'
    return tellsTime(tail) ? 'same' : 'alike'
  } catch {
    return 'other'
  }
}

async function readAt(path: string, start: number, length: number): Promise<Buffer> {
  const source = await openSource(path, start)
  try {
    const buffer = Buffer.alloc(length)
    let filled = 0
    while (filled < length) {
      const count = await source.read(buffer, filled, length - filled)
      if (count === 0) break
      filled += count
    }
    return buffer.subarray(0, filled)
  } finally {
    await source.close()
  }
}

/** By a clock, or in seconds since the epoch: all logs that tell a time tell it so. */
function tellsTime(bytes: Buffer): boolean {
  return /\d\d:\d\d:\d\d|\d{10}/.test(bytes.toString('latin1'))
}

function digest(bytes: Buffer): string {
  return hash('sha256', bytes)
}
