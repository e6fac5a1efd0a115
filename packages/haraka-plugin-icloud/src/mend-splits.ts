import {
  closeSync,
  existsSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  openSync,
  readFileSync,
  readSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
  type Stats,
} from 'node:fs'
import path from 'node:path'
import { ancestorsOf } from './ancestors.ts'
import type { Outbound, Todo } from './haraka.ts'
import { handedOver, markedBy } from './split-mark.ts'

/** The envelope, as a queue file has it: the length of the JSON in four octets, the JSON, then the message. */
interface Envelope {
  notes?: Todo['notes']
  rcpt_to: { original: string }[]
}

/** More than this is no envelope of Haraka's. In octets. */
const LONGEST_ENVELOPE = 64 * 1024 * 1024

/** A queue file that is marked, and the name of its mark. */
interface Marked {
  mark: string
  whole: string
}

/**
 * What a crash left behind while a message was split: its queue file has all recipients, and some of them have one of
 * their own by now, or had one that is done. They are taken out of it, so that Haraka, which is about to load both, sends
 * to each once.
 *
 * Synchronous, as Haraka reads its queue right after that. It looks at nothing but names unless there was such a crash.
 * It never throws: in the master, that would end all of Haraka.
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
  let names: Set<string>
  try {
    names = new Set(existsSync(folder) ? readdirSync(folder) : [])
  } catch (error) {
    return say(`what a crash had split in ${folder} may be sent twice: ${String(error)}`)
  }
  const marked = [...names]
    .map((mark) => ({ mark, whole: markedBy(mark) }))
    .filter((one): one is Marked => one.whole !== null && (pid === null || pidOf(one.whole, qfile) === pid))
  const wholes = new Set(marked.map(({ whole }) => whole).filter((whole) => names.has(whole)))
  const parts = recipientsOfParts(folder, wholes, names, qfile)
  for (const { mark, whole } of marked) {
    try {
      if (wholes.has(whole)) {
        const taken = new Set([...(parts.get(whole) ?? []), ...handedOver(path.join(folder, mark))])
        const left = takeOut(
          taken,
          path.join(folder, whole),
          path.join(folder, `${qfile.platformDOT}${whole}`),
        )
        say(`a crash had split the queue file ${whole}: ${left} of its recipients are left in it`)
      }
      rmSync(path.join(folder, mark), { force: true })
    } catch (error) {
      say(`the queue file ${whole}, which a crash had split, may be sent twice: ${String(error)}`)
    }
  }
}

/** `null` for what is no queue file's name, and Haraka may throw at it. */
function pidOf(name: string, qfile: Outbound['qfile']): number | null {
  try {
    return qfile.parts(name)?.pid ?? null
  } catch {
    return null
  }
}

/** Who is in a file that was split off one of `wholes`, or off a part of it. */
function recipientsOfParts(
  folder: string,
  wholes: ReadonlySet<string>,
  names: ReadonlySet<string>,
  { platformDOT }: Outbound['qfile'],
): Map<string, string[]> {
  const found = new Map([...wholes].map((whole): [string, string[]] => [whole, []]))
  if (found.size === 0) return found
  for (const name of names) {
    if (name.startsWith(platformDOT) || markedBy(name) !== null) continue
    const part = envelopeOf(path.join(folder, name))
    if (part === null) continue
    const recipients = part.rcpt_to.map(({ original }) => original)
    // One by one: a call takes only so many arguments.
    for (const whole of ancestorsOf(part.notes?.icloud?.partOf))
      for (const recipient of recipients) found.get(whole)?.push(recipient)
  }
  return found
}

/** How many recipients are left in the file; with none it goes. */
function takeOut(taken: ReadonlySet<string>, file: string, draft: string): number {
  const envelope = envelopeOf(file)
  if (envelope === null) throw new Error('it has no envelope')
  const rest = envelope.rcpt_to.filter(({ original }) => !taken.has(original))
  if (rest.length === envelope.rcpt_to.length) return rest.length
  if (rest.length === 0) rmSync(file)
  else replace(file, draft, { ...envelope, rcpt_to: rest })
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
    return envelopeIn(json.toString())
  } catch {
    return null
  } finally {
    closeSync(handle)
  }
}

function envelopeIn(json: string): Envelope | null {
  const read = JSON.parse(json) as { rcpt_to?: unknown } | null
  const recipients: unknown = read?.rcpt_to
  const isOne =
    Array.isArray(recipients) &&
    recipients.every((one: { original?: unknown } | null) => typeof one?.original === 'string')
  return isOne ? (read as Envelope) : null
}

function replace(file: string, draft: string, envelope: Envelope): void {
  const json = Buffer.from(JSON.stringify(envelope))
  const length = Buffer.alloc(4)
  length.writeUInt32BE(json.length)
  rmSync(draft, { force: true })
  // Anew, and not what someone else has put there: the master may still be root.
  const handle = openSync(draft, 'wx', 0o600)
  try {
    const before = readFileSync(file)
    for (const piece of [length, json, before.subarray(4 + before.readUInt32BE())]) {
      for (let at = 0; at < piece.length;) at += writeSync(handle, piece, at)
    }
    keepOwner(handle, statSync(file))
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
  renameSync(draft, file)
}

/** The master mends as root; workers, who go by `user` in smtp.ini, have to read what it wrote. */
function keepOwner(handle: number, { uid, gid, mode }: Stats): void {
  // Nobody else may give a file away, nor is there a need: what this process wrote, it can read.
  if (process.geteuid?.() === 0) fchownSync(handle, uid, gid)
  fchmodSync(handle, mode & 0o777)
}
