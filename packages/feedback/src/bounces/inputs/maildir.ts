import { constants } from 'node:fs'
import { access, mkdir, open, opendir, rename, type FileHandle } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { FeedbackError } from '../../errors.ts'
import type { BounceResult } from '../bounce-result.ts'
import { unreadable, type ReadOne } from '../read-one.ts'
import type { WalkOptions } from './walk.ts'

/** What {@link Bounces.maildir} takes besides the directory. */
export interface MaildirOptions extends WalkOptions {
  /** A Maildir on the same disk that messages go to when they are done; made if it is not there. Default: they are marked as seen. */
  moveTo?: string
  /** Leave everything as it is: all messages are read, and come again. Default false. */
  keep?: boolean
}

/**
 * Reads the messages in `new`, and those in `cur` that are not marked as seen (`S`), in the order of their names. Which ones were done
 * stands in their names (cr.yp.to/proto/maildir.html), so a run that was stopped goes on.
 */
export async function* readMaildir(
  directory: string,
  { moveTo, keep = false, progress, signal }: MaildirOptions,
  readOne: ReadOne,
): AsyncGenerator<BounceResult> {
  const files = await unseenIn(directory, keep)
  if (moveTo !== undefined && !keep)
    for (const folder of ['cur', 'new', 'tmp'])
      await mkdir(join(moveTo, folder), { recursive: true, mode: 0o700 })
  let done = 0
  let bytes = 0
  for (const { folder, name } of files) {
    signal?.throwIfAborted()
    const path = join(directory, folder, name)
    const source = `${folder}/${name}`
    const file = await opened(path).catch((error: Error) => error)
    if (file instanceof Error) yield unreadable(source, file.message)
    else if (file !== null) {
      let isRead = true
      let results: BounceResult[]
      try {
        bytes += (await file.stat()).size
        results = await readOne(file.createReadStream({ autoClose: false }), { source })
      } catch (error) {
        isRead = false
        results = [unreadable(source, (error as Error).message)]
      } finally {
        await file.close()
      }
      const isDone = isRead && !results.some((result) => result.status === 'failed')
      if (isDone && !keep) await markDone(directory, { folder, name }, moveTo)
      yield* results
    }
    progress?.({ done: ++done, total: files.length, bytes, totalBytes: null })
  }
}

/** `null` if somebody else took it away, or it is no message, such as a link or a pipe. */
async function opened(path: string): Promise<FileHandle | null> {
  let file: FileHandle
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (['ENOENT', 'ELOOP', 'ENXIO'].includes(code)) return null
    throw error
  }
  if ((await file.stat()).isFile()) return file
  await file.close()
  return null
}

interface MaildirFile {
  folder: 'new' | 'cur'
  name: string
}

async function unseenIn(directory: string, keep: boolean): Promise<MaildirFile[]> {
  const files: MaildirFile[] = []
  for (const folder of ['new', 'cur'] as const) {
    let entries
    try {
      await access(join(directory, 'cur'))
      entries = await opendir(join(directory, folder))
    } catch (error) {
      const message = `${directory} is no Maildir with new and cur in it, or may not be read: ${(error as Error).message}`
      throw new FeedbackError('EINPUT', message, { cause: error })
    }
    for await (const { name } of entries) {
      if (!name.startsWith('.') && (keep || folder === 'new' || !isSeen(name))) files.push({ folder, name })
    }
  }
  return files.toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

function isSeen(name: string): boolean {
  return /:2,[A-Za-z]*S[A-Za-z]*$/.test(name)
}

async function markDone(
  directory: string,
  { folder, name }: MaildirFile,
  moveTo: string | undefined,
): Promise<void> {
  const [unique = name, flags = ''] = name.split(':2,')
  const seen = `${basename(unique)}:2,${[...new Set([...flags.split(''), 'S'])].toSorted().join('')}`
  try {
    await rename(join(directory, folder, name), join(moveTo ?? directory, 'cur', seen))
  } catch (error) {
    // Somebody else may have moved it meanwhile; what was counted is known again.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}
