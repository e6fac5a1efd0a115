import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { appendFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Address, HMail } from './haraka.ts'

/**
 * What the name of a mark begins with. Haraka passes over what begins with `error.`, and leaves it where it is; what
 * begins as its unfinished files do, it takes away whenever any worker loads a queue.
 */
const MARK = 'error.icloud-split.'

/** More than this is not read of a mark. In octets. */
const LONGEST_MARK = 64 * 1024 * 1024

/** Those that have one, and where. */
const marks = new WeakMap<HMail, string>()

/** The name of the mark for the queue file of that name. */
export function markOf(filename: string): string {
  return `${MARK}${filename}`
}

/** The name of the queue file that a mark is for; `null` for any other file. */
export function markedBy(name: string): string | null {
  return name.startsWith(MARK) ? name.slice(MARK.length) : null
}

/**
 * Marks a queue file as one whose recipients are handed over to other files, until it is gone: after a crash in between
 * {@link mendSplits} finds it, lest both send to them.
 */
export async function markSplit(hmail: HMail): Promise<void> {
  if (marks.has(hmail)) return
  const file = hmail.path
  const mark = path.join(path.dirname(file), markOf(hmail.filename))
  await writeFile(mark, '', { flag: 'a' })
  // Another split of the same message may have been as far meanwhile.
  if (marks.has(hmail)) return
  marks.set(hmail, mark)
  const { discard } = hmail
  hmail.discard = function () {
    const isLast = this.refcount === 1
    discard.call(this)
    if (isLast) void takeAway(file, mark)
  }
}

/**
 * Notes in the mark who has been handed over, for when the part is done and gone before the message is. To be called when
 * nothing can take the part away any more, and before it goes on: who is noted is not sent to by the message again.
 */
export async function noteHandedOver(hmail: HMail, recipients: readonly Address[]): Promise<void> {
  const mark = marks.get(hmail)
  if (mark === undefined) return
  // It begins a line, as the one before may have been cut off.
  const line = `\n${JSON.stringify(recipients.map(({ original }) => original))}\n`
  await appendFile(mark, line, { flush: true })
}

/** Who has been handed over, as a mark says. Lines that a crash has cut off are passed over. */
export function handedOver(mark: string): string[] {
  const handle = openSync(mark, 'r')
  try {
    const size = Math.min(fstatSync(handle).size, LONGEST_MARK)
    const said = Buffer.alloc(size)
    return said
      .toString('utf8', 0, readSync(handle, said, 0, size, 0))
      .split('\n')
      .flatMap(recipientsIn)
  } finally {
    closeSync(handle)
  }
}

function recipientsIn(line: string): string[] {
  if (line === '') return []
  try {
    const read: unknown = JSON.parse(line)
    return Array.isArray(read) ? read.filter((recipient) => typeof recipient === 'string') : []
  } catch {
    return []
  }
}

/**
 * Takes the queue file of a message away whose recipients are all in other files, before those go on.
 *
 * @returns when it is gone, whatever becomes of the mark
 */
export async function giveWay(hmail: HMail): Promise<void> {
  await rm(hmail.path, { force: true })
}

async function takeAway(file: string, mark: string): Promise<void> {
  try {
    // Haraka has begun to, and does not say when it is done.
    await rm(file, { force: true })
    await rm(mark, { force: true })
  } catch {
    // What is left is looked at after the next start.
  }
}
