import { rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { HMail, Outbound } from './haraka.ts'

/** What the name of a mark begins with, behind what all unfinished files of Haraka's queue begin with. */
const MARK = 'icloud-split.'

/** Names of unfinished files: Haraka leaves them alone while it works, and takes them away when it starts. */
type Naming = Pick<Outbound['qfile'], 'platformDOT'>

/** The name of the mark for the queue file of that name. */
export function markOf(filename: string, { platformDOT }: Naming): string {
  return `${platformDOT}${MARK}${filename}`
}

/** The name of the queue file that a mark is for; `null` for any other file. */
export function markedBy(name: string, { platformDOT }: Naming): string | null {
  const start = `${platformDOT}${MARK}`
  return name.startsWith(start) ? name.slice(start.length) : null
}

/**
 * Marks a queue file as one whose recipients are handed over to other files, until it is gone: after a crash in between
 * {@link mendSplits} finds it, lest both send to them.
 */
export async function markSplit(hmail: HMail, naming: Naming): Promise<void> {
  const file = hmail.path
  const mark = path.join(path.dirname(file), markOf(hmail.filename, naming))
  await writeFile(mark, '')
  const { discard } = hmail
  hmail.discard = function () {
    const isLast = this.refcount === 1
    discard.call(this)
    if (isLast) void takeAway(file, mark)
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
