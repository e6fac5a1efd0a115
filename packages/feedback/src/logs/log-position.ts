import { readFile } from 'node:fs/promises'
import * as v from 'valibot'
import { FeedbackError } from '../errors.ts'
import { replaceFile } from '../files/replace-file.ts'
import type { Fingerprint } from './log-fingerprint.ts'
import { logFormats, type LogFormat } from './log-reply.ts'

/** How far a log has been read, as it is stored. */
export interface LogPosition {
  version: 1
  /** Of the file, while it was read. */
  inode: number
  /** When that was, ms since the epoch, by the clock of this machine. */
  readAt: number
  /** Bytes that are done, unpacked. All of their replies are recorded. */
  offset: number
  /** Of these bytes. */
  fingerprint: Fingerprint
  format: LogFormat | null
  /** The header of a CSV file. */
  heading: string | null
}

const whole = v.pipe(v.number(), v.integer(), v.minValue(0))
const schema: v.GenericSchema<unknown, LogPosition> = v.object({
  version: v.literal(1),
  inode: whole,
  readAt: whole,
  offset: whole,
  fingerprint: v.object({ head: v.string(), tail: v.string() }),
  format: v.nullable(v.picklist(logFormats)),
  heading: v.nullable(v.string()),
})

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
  // A machine that stopped may leave it empty. What is read again counts once.
  if (text === '') return null
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
  try {
    await replaceFile(file, `${JSON.stringify(position)}\n`)
  } catch (error) {
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
