import { open } from 'node:fs/promises'
import { PreflightError } from '../errors.ts'
import { wrong } from '../options/wrong.ts'
import { composeMail } from './compose-mail.ts'

/**
 * A message: its bytes; a file with them (`{ file: 'offer.eml' }`); or the mail object that Nodemailer’s `sendMail` takes. Streams in
 * a mail object are read up by the check.
 */
export type MessageInput = Uint8Array | { file: string } | object

export interface ReadMessage {
  /** With CR LF at the line ends if the input had LF alone. Cut after `limit` bytes. */
  bytes: Buffer
  /** Of all of it. */
  size: number
  isCut: boolean
}

/** @throws PreflightError `EARGUMENT`, `EINPUT` */
export async function readMessage(input: MessageInput, limit: number): Promise<ReadMessage> {
  if (input instanceof Uint8Array)
    return withLineEnds(Buffer.from(input.buffer, input.byteOffset, input.length), input.length, limit)
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    wrong(
      'checkMessage: the message',
      'bytes (for a text Buffer.from(text)), { file: path } or what Nodemailer’s sendMail takes',
      input,
    )
  if ('file' in input) {
    if (typeof input.file !== 'string' || input.file === '') wrong('checkMessage: file', 'a path', input.file)
    return readFileOf(input.file, limit)
  }
  const composed = await composeMail(input)
  return withLineEnds(composed, composed.length, limit)
}

async function readFileOf(path: string, limit: number): Promise<ReadMessage> {
  try {
    await using file = await open(path)
    const { size } = await file.stat()
    const buffer = Buffer.alloc(Math.min(size, limit))
    let length = 0
    while (length < buffer.length) {
      const { bytesRead } = await file.read(buffer, length, buffer.length - length, length)
      if (bytesRead === 0) break
      length += bytesRead
    }
    return withLineEnds(buffer.subarray(0, length), size, limit)
  } catch (error) {
    const { message } = error as Error
    throw new PreflightError(
      'EINPUT',
      `The message cannot be read: ${message}. Check the path and its rights.`,
      {
        cause: error,
      },
    )
  }
}

function withLineEnds(bytes: Buffer, size: number, limit: number): ReadMessage {
  const cut = bytes.length > limit ? bytes.subarray(0, limit) : bytes
  // Files are mostly kept with the line ends of the system, and mailers send CR LF.
  const isUnix = cut.includes(10) && !cut.includes('\r\n')
  return {
    bytes: isUnix ? Buffer.from(cut.toString('latin1').replaceAll('\n', '\r\n'), 'latin1') : cut,
    size,
    isCut: size > limit,
  }
}
