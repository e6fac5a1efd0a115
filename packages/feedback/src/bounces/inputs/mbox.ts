import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { FeedbackError } from '../../errors.ts'
import type { BounceResult } from '../bounce-result.ts'
import { headBytes, mostBytes } from '../message/read-head.ts'
import { unreadable, type ReadOne } from '../read-one.ts'
import type { WalkOptions } from './walk.ts'

/** The path of an mbox, or its bytes as they come. */
export type MboxSource = string | AsyncIterable<Uint8Array | string>

/** Reads the messages of an mbox one after the other. */
export async function* readMbox(
  source: MboxSource,
  { progress, signal }: WalkOptions,
  readOne: ReadOne,
): AsyncGenerator<BounceResult> {
  let totalBytes: number | null = null
  if (typeof source === 'string') {
    const status = await stat(source).catch((error: Error) => {
      throw new FeedbackError('EINPUT', `${source} cannot be read: ${error.message}`, { cause: error })
    })
    totalBytes = status.size
  }
  let done = 0
  const input = typeof source === 'string' ? createReadStream(source) : source
  for await (const { head, size, at, end } of messagesIn(input)) {
    signal?.throwIfAborted()
    const name = `byte ${at}`
    yield* size > mostBytes
      ? [unreadable(name, `the message has more than ${mostBytes / 1_048_576} MiB, which no bounce has`)]
      : await readOne(head, { source: name })
    done++
    progress?.({ done, total: null, bytes: end, totalBytes })
  }
  if (done === 0 && totalBytes !== 0)
    throw new FeedbackError('EINPUT', 'this is no mbox: none of its lines begins with "From "')
}

/** One message of an mbox. */
export interface MboxMessage {
  /** At most 256 KiB of it. */
  head: Buffer
  size: number
  /** Where its `From ` line begins, and where it ends, in bytes. */
  at: number
  end: number
}

const lineFeed = 10
const from = Buffer.from('From ')

/**
 * Takes an mbox apart at lines that begin with `From ` after a blank line; `>From `, `>>From ` and so on lose one `>` (mboxrd, RFC
 * 4155). However long a line or a message is, no more than its beginning is kept.
 */
export async function* messagesIn(source: AsyncIterable<Uint8Array | string>): AsyncGenerator<MboxMessage> {
  let message: { at: number; size: number; kept: number; pieces: Buffer[] } | null = null
  let at = 0
  let isBlankBefore = true
  /** The beginning of a line that has not ended yet; the rest of a long one is passed on as it comes. */
  let pending: Buffer = Buffer.alloc(0)
  let isInLine = false
  const ended = (end: number): MboxMessage | null => {
    if (message === null) return null
    const { size, pieces } = message
    return { head: Buffer.concat(pieces), size, at: message.at, end }
  }
  const keep = (bytes: Buffer): void => {
    if (message === null) return
    message.size += bytes.length
    const room = headBytes - message.kept
    if (room <= 0) return
    // A copy, so that the large piece that it was read in can go.
    const kept = Buffer.from(bytes.subarray(0, room))
    message.pieces.push(kept)
    message.kept += kept.length
  }
  for await (const piece of source) {
    let bytes: Buffer =
      typeof piece === 'string'
        ? Buffer.from(piece)
        : Buffer.from(piece.buffer, piece.byteOffset, piece.length)
    if (pending.length > 0) bytes = Buffer.concat([pending, bytes])
    pending = Buffer.alloc(0)
    let start = 0
    while (start < bytes.length) {
      const feed = bytes.indexOf(lineFeed, start)
      const isWhole = feed >= 0
      const line = bytes.subarray(start, isWhole ? feed + 1 : bytes.length)
      if (!isWhole && !isInLine && line.length < 1000) {
        pending = Buffer.from(line)
        break
      }
      if (!isInLine && isBlankBefore && line.subarray(0, 5).equals(from)) {
        const before = ended(at)
        if (before !== null) yield before
        message = { at, size: 0, kept: 0, pieces: [] }
      } else keep(isInLine ? line : unescaped(line))
      isBlankBefore = !isInLine && (line.length === 1 || (line.length === 2 && line[0] === 13)) && isWhole
      isInLine = !isWhole
      at += line.length
      start += line.length
    }
  }
  if (pending.length > 0) {
    keep(unescaped(pending))
    at += pending.length
  }
  const last = ended(at)
  if (last !== null) yield last
}

function unescaped(line: Buffer): Buffer {
  if (line[0] !== 62) return line
  let marks = 0
  while (line[marks] === 62) marks++
  return line.subarray(marks, marks + 5).equals(from) ? line.subarray(1) : line
}
