import { createReadStream } from 'node:fs'
import { opendir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** What may hold a report. */
export interface ReportFile {
  /** For the reader: the path, and which mail in a mailbox. */
  where: string
  /** `null` if it is too large, or too much, to be read. */
  bytes: Uint8Array | null
}

/** Of one file or one mail in a mailbox. */
export const mostBytes: number = 30 * 1024 * 1024

/**
 * A file, each mail of a mailbox in mbox form, or the files of a folder; of a Maildir those in `new` and `cur`. One at a time is kept
 * in memory.
 *
 * @throws Error if the path cannot be read
 */
export async function* reportFiles(path: string): AsyncGenerator<ReportFile> {
  const about = await stat(path)
  if (about.isDirectory()) {
    const names = await namesIn(path)
    const isMaildir = names.includes('cur') && names.includes('new')
    for (const folder of isMaildir ? [join(path, 'new'), join(path, 'cur')] : [path]) yield* filesIn(folder)
  } else if (await isMailbox(path)) yield* mailsIn(path)
  else yield await wholeFile(path, about.size)
}

async function* filesIn(folder: string): AsyncGenerator<ReportFile> {
  for (const name of (await namesIn(folder)).toSorted()) {
    const path = join(folder, name)
    const about = await stat(path)
    if (!about.isFile() || name.startsWith('.')) continue
    if (await isMailbox(path)) yield* mailsIn(path)
    else yield await wholeFile(path, about.size)
  }
}

async function namesIn(folder: string): Promise<string[]> {
  const names: string[] = []
  for await (const { name } of await opendir(folder)) names.push(name)
  return names
}

async function wholeFile(path: string, size: number): Promise<ReportFile> {
  return { where: path, bytes: size > mostBytes ? null : await readFile(path) }
}

async function isMailbox(path: string): Promise<boolean> {
  for await (const chunk of createReadStream(path, { end: 4 }))
    return (chunk as Buffer).toString('latin1') === 'From '
  return false
}

const separator = Buffer.from('\nFrom ')

/** The mails of a mailbox of any size. */
async function* mailsIn(path: string): AsyncGenerator<ReportFile> {
  let number = 1
  let pieces: Buffer[] = []
  let length = 0
  let carried = Buffer.alloc(0)
  const take = (piece: Buffer): void => {
    length += piece.length
    if (length <= mostBytes) pieces.push(piece)
    else pieces = []
  }
  const finish = (): ReportFile => {
    const file = {
      where: `${path}, mail ${number}`,
      bytes: length > mostBytes ? null : Buffer.concat(pieces),
    }
    number++
    pieces = []
    length = 0
    return file
  }
  for await (const chunk of createReadStream(path)) {
    let rest = Buffer.concat([carried, chunk as Buffer])
    for (let at = rest.indexOf(separator); at !== -1; at = rest.indexOf(separator)) {
      take(rest.subarray(0, at + 1))
      yield finish()
      rest = rest.subarray(at + 1)
    }
    // The separator may lie across two chunks.
    const keep = Math.min(rest.length, separator.length - 1)
    take(rest.subarray(0, rest.length - keep))
    carried = Buffer.from(rest.subarray(rest.length - keep))
  }
  take(carried)
  if (length > 0) yield finish()
}
