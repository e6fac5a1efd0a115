import { hash, randomBytes } from 'node:crypto'
import { open, readFile, rename, rm } from 'node:fs/promises'
import * as v from 'valibot'
import { FeedbackError } from '../errors.ts'
import { headBytes, openSource, type ByteSource } from './byte-source.ts'
import { logFormats, type LogFormat } from './log-reply.ts'

/** What tells a log from others: a digest of its first bytes. It stays the same if the file is renamed, copied or packed. */
export interface Fingerprint {
  bytes: number
  sha256: string
}

/** How far a log has been read, as it is stored. */
export interface LogPosition {
  version: 1
  /** Of the file, while it was read. */
  inode: number
  /** Bytes that are done, unpacked. All of their replies are recorded. */
  offset: number
  fingerprint: Fingerprint
  format: LogFormat | null
  /** The header of a CSV file. */
  heading: string | null
}

const whole = v.pipe(v.number(), v.integer(), v.minValue(0))
const schema: v.GenericSchema<unknown, LogPosition> = v.object({
  version: v.literal(1),
  inode: whole,
  offset: whole,
  fingerprint: v.object({ bytes: whole, sha256: v.string() }),
  format: v.nullable(v.picklist(logFormats)),
  heading: v.nullable(v.string()),
})

/** A digest of what a log begins with, once so many bytes are done. */
export async function fingerprintOf(source: ByteSource, offset: number): Promise<Fingerprint> {
  const head = await source.head(Math.min(offset, headBytes))
  return { bytes: head.length, sha256: hash('sha256', head) }
}

/** Whether an open file begins as it did. Not so if it was cut off, and perhaps filled anew. */
export async function beginsAs(source: ByteSource, { bytes, sha256 }: Fingerprint): Promise<boolean> {
  return (await fingerprintOf(source, bytes)).sha256 === sha256
}

/** Whether a file is the one that was read, under whatever name and packed or not. */
export async function isSameLog(path: string, { offset, fingerprint }: LogPosition): Promise<boolean> {
  if (offset === 0) return false
  try {
    const source = await openSource(path, fingerprint.bytes)
    try {
      return await beginsAs(source, fingerprint)
    } finally {
      await source.close()
    }
  } catch {
    return false
  }
}

/**
 * Reads a stored position; `null` if there is none yet.
 *
 * @throws FeedbackError `ELOGSTATE`
 */
export async function loadPosition(file: string): Promise<LogPosition | null> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw stateError(file, 'cannot be read', error)
  }
  try {
    return v.parse(schema, JSON.parse(text))
  } catch (error) {
    throw stateError(
      file,
      'does not hold what this version wrote. Remove it to read the log from its beginning',
      error,
    )
  }
}

/** Stores a position: the file is the old one or the new one, whenever the machine stops. */
export async function savePosition(file: string, position: LogPosition): Promise<void> {
  const fresh = `${file}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`
  try {
    const handle = await open(fresh, 'wx', 0o600)
    try {
      await handle.writeFile(`${JSON.stringify(position)}\n`)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(fresh, file)
  } catch (error) {
    await rm(fresh, { force: true })
    throw stateError(file, 'cannot be written', error)
  }
}

function stateError(file: string, what: string, cause: unknown): FeedbackError {
  const { message } = cause as Error
  return new FeedbackError(
    'ELOGSTATE',
    `the file with the position in a log, ${JSON.stringify(file)}, ${what}: ${message.split('\n', 1)[0]}`,
    { cause },
  )
}
