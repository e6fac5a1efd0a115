import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  readSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import path from 'node:path'
import type { Outbound, Todo } from './haraka.ts'
import { markedBy } from './split-mark.ts'

/** The envelope, as a queue file has it: the length of the JSON in four octets, the JSON, then the message. */
interface Envelope {
  notes?: Todo['notes']
  rcpt_to: { original: string }[]
}

/** More than this is no envelope of Haraka's. In octets. */
const LONGEST_ENVELOPE = 64 * 1024 * 1024

/**
 * What a crash left behind while a message was split: its queue file has all recipients, and some of them have one of
 * their own by now. They are taken out of it, so that Haraka, which is about to load both, sends to each once.
 *
 * Synchronous, as Haraka reads its queue right after that. It looks at nothing but names unless there was such a crash.
 *
 * @param pid of the process that has crashed; `null`: no process works on the queue
 * @param say called for each message that was mended, and for each that could not be
 */
export function mendSplits(
  folder: string,
  qfile: Outbound['qfile'],
  pid: number | null,
  say: (what: string) => void,
): void {
  if (!existsSync(folder)) return
  const names = readdirSync(folder)
  for (const mark of names) {
    const whole = markedBy(mark, qfile)
    if (whole === null || (pid !== null && qfile.parts(whole)?.pid !== pid)) continue
    try {
      if (names.includes(whole)) {
        const left = mend(folder, whole, names, qfile)
        say(`a crash had split the queue file ${whole}: ${left} of its recipients are left in it`)
      }
      rmSync(path.join(folder, mark), { force: true })
    } catch (error) {
      say(`the queue file ${whole}, which a crash had split, may be sent twice: ${String(error)}`)
    }
  }
}

/** How many recipients are left in the file. */
function mend(folder: string, whole: string, names: readonly string[], qfile: Outbound['qfile']): number {
  const file = path.join(folder, whole)
  const taken = new Set<string>()
  for (const name of names) {
    if (name === whole || name.startsWith(qfile.platformDOT)) continue
    const part = envelopeOf(path.join(folder, name))
    if (part?.notes?.icloud?.partOf !== whole) continue
    for (const { original } of part.rcpt_to) taken.add(original)
  }
  const envelope = envelopeOf(file)
  if (envelope === null) throw new Error('it has no envelope')
  const rest = envelope.rcpt_to.filter(({ original }) => !taken.has(original))
  if (rest.length === envelope.rcpt_to.length) return rest.length
  if (rest.length === 0) rmSync(file)
  else replace(file, path.join(folder, `${qfile.platformDOT}${whole}`), { ...envelope, rcpt_to: rest })
  return rest.length
}

/** `null` if the file has none, or is gone. */
function envelopeOf(file: string): Envelope | null {
  let handle: number
  try {
    handle = openSync(file, 'r')
  } catch {
    return null
  }
  try {
    const length = Buffer.alloc(4)
    if (readSync(handle, length, 0, 4, 0) < 4) return null
    const size = length.readUInt32BE()
    if (size > LONGEST_ENVELOPE) return null
    const json = Buffer.alloc(size)
    if (readSync(handle, json, 0, size, 4) < size) return null
    return JSON.parse(json.toString()) as Envelope
  } catch {
    return null
  } finally {
    closeSync(handle)
  }
}

function replace(file: string, draft: string, envelope: Envelope): void {
  const before = readFileSync(file)
  const json = Buffer.from(JSON.stringify(envelope))
  const length = Buffer.alloc(4)
  length.writeUInt32BE(json.length)
  const handle = openSync(draft, 'w')
  try {
    for (const piece of [length, json, before.subarray(4 + before.readUInt32BE())]) {
      for (let at = 0; at < piece.length;) at += writeSync(handle, piece, at)
    }
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
  renameSync(draft, file)
}
